using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Graphics.Hud;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Shaders that change while they are in use. Runs by itself: all renderers of the process read the same files.</summary>
[CollectionDefinition(nameof(ShaderReloadTests), DisableParallelization = true)]
[Collection(nameof(ShaderReloadTests))]
public sealed class ShaderReloadTests
{
    /// <summary>
    /// Two edits of the outlines: one no longer uses the line's width, one compiles but cannot draw, because two kinds of samplers share a
    /// texture unit.
    /// </summary>
    [Fact]
    public void An_edit_that_drops_a_uniform_or_cannot_draw_is_reported_while_the_old_shader_stays()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "shaders", "views", "edges.frag"), original = File.ReadAllText(file);
        using EglContext context = new();
        RenderOptions options = new() { View = Views.Parse("edges"), Hud = HudDetail.None, Refine = false };
        using Renderer renderer = new(context.Gl, ["a", "b"], [0xFF0000, 0x00FF00], options);
        using FrameSlot slot = Slot();
        slot.Labels[new Rect(0, 0, 32, 48)].SetTo(new Scalar(1));
        long now = 1;
        renderer.Upload(slot);
        renderer.Compose(() => default, now);
        byte[] first = renderer.Pixels().ToArray();
        try
        {
            foreach ((string edited, string says) in ((string, string)[])
            [
                (original.Replace("lineWidth.", "vec2(0.1).", StringComparison.Ordinal), "lineWidth"),
                (original.Replace("const uint None", "uniform samplerCube other;\nconst uint None", StringComparison.Ordinal)
                    .Replace("edge = false", "edge = texture(other, vec3(1.0)).r > 2.0", StringComparison.Ordinal), "cannot draw"),
            ])
            {
                File.WriteAllText(file, edited);
                for (int i = 0; i < 20_000 && renderer.Status?.Text.Contains(says, StringComparison.Ordinal) != true; i++)
                    renderer.Compose(() => default, now += 50_000_000);
                Assert.Contains(says, renderer.Status?.Text ?? "", StringComparison.Ordinal);
                Assert.Equal(first, renderer.Pixels().ToArray());
            }
        }
        finally
        {
            File.WriteAllText(file, original);
        }
    }

    /// <summary>Of what is put together from several files, each included one has a thousand of its own.</summary>
    [Theory]
    [InlineData("views/edges.frag", "views/edges.frag", null, 0)]
    [InlineData("views/edges.frag", "view.glsl", null, 1)]
    [InlineData("passes/blur-rows.frag", "blur.glsl", null, 2)]
    [InlineData("views/replace.frag", "views/replace.frag", "Side 1.0", 0)]
    public void An_error_has_the_line_of_its_file(string shader, string damaged, string? definition, int included)
    {
        string file = Path.Combine(AppContext.BaseDirectory, "shaders", damaged), original = File.ReadAllText(file);
        using EglContext context = new();
        try
        {
            File.WriteAllText(file, $"{original.TrimEnd()}\n\nvoid unfinished() {{ int x = nothing; }}\n");
            int line = File.ReadAllLines(file).Length;
            UserError e = Assert.Throws<UserError>(() => new ShaderProgram(context.Gl, shader, definition: definition));
            Assert.Contains($"shader {shader} does not compile: 0:{(1000 * included) + line}(", e.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.WriteAllText(file, original);
        }
    }

    [Fact]
    public void The_panels_shader_is_loaded_again_too()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "shaders", "passes", "hud.frag"), original = File.ReadAllText(file);
        using EglContext context = new();
        RenderOptions options = new() { Hud = HudDetail.Figures, Refine = false };
        using Renderer renderer = new(context.Gl, ["a", "b"], [0xFF0000, 0x00FF00], options);
        using FrameSlot slot = Slot();
        HudText text = new(30, 30, 40, 30, 0, "network", new FrameStats(), Status: null);
        renderer.Upload(slot);
        long now = 1;
        bool blue = false;
        try
        {
            File.WriteAllText(file, original.Replace("texture(hud, uv)", "vec4(0.0, 0.0, 1.0, 1.0)", StringComparison.Ordinal));
            for (int i = 0; i < 20_000 && !blue; i++)
            {
                renderer.Compose(() => text, now += 50_000_000);
                blue = renderer.Pixels()[(((12 * 64) + 12) * 4)..][..4].SequenceEqual((byte[])[0, 0, 255, 255]);
            }

            Assert.True(blue);
        }
        finally
        {
            File.WriteAllText(file, original);
        }
    }

    [Fact]
    public void A_changed_shader_is_loaded_and_one_that_does_not_compile_is_reported_while_the_old_one_stays()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "shaders", "views", "overlay.frag"), original = File.ReadAllText(file);
        using EglContext context = new();
        RenderOptions options = new() { Hud = HudDetail.None, Refine = false };
        using Renderer renderer = new(context.Gl, ["a", "b"], [0xFF0000, 0x00FF00], options);
        using FrameSlot slot = Slot();
        long now = 1;
        byte[] Until(Func<byte[], bool> condition)
        {
            for (int i = 0; i < 20_000; i++)
            {
                renderer.Compose(() => default, now += 50_000_000);
                byte[] pixels = renderer.Pixels().ToArray();
                if (condition(pixels)) return pixels;
            }

            throw new TimeoutException("the change was never seen");
        }

        renderer.Upload(slot);
        byte[] first = Until(_ => true);
        try
        {
            File.WriteAllText(file, original.Replace("color = ", "colour = ", StringComparison.Ordinal));
            byte[] broken = Until(_ => renderer.Status is { IsAlarm: true });
            Assert.Contains("overlay.frag", renderer.Status!.Value.Text, StringComparison.Ordinal);
            Assert.Equal(first, broken);
            File.WriteAllText(file, original.Replace("vec4(tinted(uv), 1.0)", "vec4(0.0, 0.0, 1.0, 1.0)", StringComparison.Ordinal));
            byte[] blue = Until(p => p[2] == 255);
            Assert.Equal([0, 0, 255, 255], blue[..4]);
            Assert.Null(renderer.Status);
        }
        finally
        {
            File.WriteAllText(file, original);
        }
    }

    /// <summary>A frame of one colour, all of the first class, beyond doubt.</summary>
    private static FrameSlot Slot()
    {
        FrameSlot slot = new();
        slot.Image.Create(48, 64, MatType.CV_8UC3);
        slot.Image.SetTo(new Scalar(10, 20, 30));
        slot.Labels.Create(48, 64, MatType.CV_8UC1);
        slot.Labels.SetTo(new Scalar(0));
        slot.Confidence.Create(48, 64, MatType.CV_8UC1);
        slot.Confidence.SetTo(new Scalar(255));
        return slot;
    }
}
