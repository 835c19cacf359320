using System.Text.Json;
using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Graphics.Hud;
using RealtimeSeg.Inference;
using RealtimeSeg.Network.Device;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>What makes a loss of the OpenGL context bearable, part by part; <see cref="ContextLossTests"/> has whole runs.</summary>
public sealed class ContextTests(AppModel model) : IClassFixture<AppModel>
{
    [Fact]
    public void What_was_chosen_stays()
    {
        using EglContext context = new();
        RenderOptions options = new() { View = Views.Parse("replace"), Refine = false, Hud = HudDetail.None };
        using Renderer renderer = new(context.Gl, ["background", "car", "road"], [1, 0xFF0000, 0x00FF00], options);
        context.Add(renderer);
        context.Add(renderer); // is no second one
        using FrameSlot slot = Slot();
        using Mat behind = new(48, 64, MatType.CV_8UC3, Scalar.Magenta);
        renderer.Smooth = 0.25f;
        renderer.ChangeOpacity(3);
        renderer.SoloNext();
        renderer.SoloNext();
        renderer.SetBackdrop(behind);
        byte[] before = Drawn();
        Assert.NotEqual(before, Solo(null)); // there is something to lose
        renderer.SoloNext();
        renderer.SoloNext();
        context.Reopen();
        Assert.Null(renderer.Target);
        renderer.SetBackdrop(behind); // the engine's part: it has the image
        Assert.Equal(before, Drawn());
        float opacity = MathF.Round(renderer.Opacity, 3);
        Assert.Equal(("replace", "road", 0.25f, 0.8f), (renderer.View.Name, renderer.Solo, renderer.Smooth, opacity));
        Assert.Equal(9, renderer.Uploads);
        Assert.Null(context.Look());

        byte[] Solo(string? name)
        {
            while (renderer.Solo != name) renderer.SoloNext();
            return Drawn();
        }

        byte[] Drawn()
        {
            renderer.Upload(slot);
            renderer.Compose(() => default, now: 1);
            return renderer.Pixels().ToArray();
        }
    }

    /// <summary>A sink whose image was lost on its way gets the frame again, one that has it does not.</summary>
    [Fact]
    public void Each_sink_gets_each_frame_once()
    {
        using EglContext context = new();
        using Renderer renderer = new(context.Gl, ["a", "b"], [1, 2], new RenderOptions { Hud = HudDetail.None, Refine = false });
        using FrameSlot slot = Slot();
        using SinkSet sinks = new(_ => { });
        FrameKeeper first = new(), second = new();
        int tries = 0;
        second.Shown = _ =>
        {
            if (++tries == 1) throw new ContextLostException();
        };
        sinks.Add(second);
        sinks.Add(first); // which comes before
        renderer.Upload(slot);
        renderer.Compose(() => default, now: 1);
        Assert.Throws<ContextLostException>(() => sinks.Present(renderer, slot));
        for (int i = 0; i < 2; i++) sinks.Present(renderer, slot);
        Assert.Equal((2, 3), (first.Images.Count, tries));
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void Shaders_of_their_own_context_label_the_frame_again()
    {
        using Segmenter gl = Segmenter.Load(model.File, new SegmenterOptions("gl", Size: (64, 48)), _ => { });
        using StreetSource street = new("synth://3", null);
        using FrameSlot slot = new();
        street.Read(slot.Image);
        gl.Fit(slot);
        gl.Infer(slot);
        using Mat labels = slot.Labels.Clone(), confidence = slot.Confidence.Clone();
        using GlLabeller broken = new(gl.Shaders!, ForcedLosses.Parse("2,4,5,6,7"));
        string told = InProcess.Errors(() =>
        {
            for (int frame = 0; frame < 2; frame++)
            {
                labels.SetTo(Scalar.All(77));
                broken.Run(slot.Fitted, labels, confidence);
                Assert.Equal(slot.Labels.AsSpan<byte>().ToArray(), labels.AsSpan<byte>().ToArray());
            }

            Assert.Contains("again and again", Assert.Throws<UserError>(() => broken.Run(slot.Fitted, labels, confidence)).Message);
        });
        Assert.Contains("the OpenGL context was lost", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Mesa_tells_of_losses_and_has_none()
    {
        using EglContext context = new();
        Assert.True(context.CanTellLoss, $"{Driver.Of(context.Gl).Version}, without a window");
        Assert.False(context.IsResetting);
        Assert.Null(context.Look());
    }

    [Fact]
    public void The_variable_names_looks_and_causes()
    {
        ForcedLosses losses = ForcedLosses.Parse("2,4:guilty,5:unknown,6:Innocent");
        ContextLoss?[] expected = [null, ContextLoss.Unknown, null, ContextLoss.Guilty, ContextLoss.Unknown, ContextLoss.Innocent, null];
        Assert.Equal(expected, expected.Select(_ => losses.Next()).ToArray());
        Assert.Null(ForcedLosses.Parse("").Next());
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("2,,3")]
    [InlineData("2,-1")]
    [InlineData("0")]
    [InlineData("5:9")]
    [InlineData("5:")]
    [InlineData(":innocent")]
    public void A_variable_that_names_anything_else_is_refused(string text)
        => Assert.StartsWith($"{ForcedLosses.Variable}={text}: ", Assert.Throws<UserError>(() => ForcedLosses.Parse(text)).Message);

    [Trait("Set", "Slow")]
    [Fact]
    public void A_driver_without_OpenGL_3_3_is_told_from_none()
    {
        Dictionary<string, string?> variables = new(StringComparer.Ordinal) { ["MESA_GL_VERSION_OVERRIDE"] = "3.1" };
        (int code, _, string error) = Cli.RunWith(variables, "replay", "synth://", "null", "--headless", "--frames", "1");
        Assert.Equal(CommandRunner.UserErrorCode, code);
        Assert.Contains("the driver has no OpenGL 3.3 (eglCreateContext failed, 0x3009): leave MESA", error, StringComparison.Ordinal);
    }

    /// <summary>The default models are a pair: GPUs get the floats, and the CPU the file that it runs faster, which is told.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public void Where_shaders_cannot_run_the_CPU_gets_the_file_that_it_would_have_had()
    {
        using TemporaryFolder folder = new();
        Dictionary<string, string?> variables = new(StringComparer.Ordinal)
        {
            ["MESA_GL_VERSION_OVERRIDE"] = "4.2",
            ["MESA_GLSL_VERSION_OVERRIDE"] = "420",
        };
        string Run(string provider, string file)
        {
            string[] run = ["replay", "synth://", "null", "--frames", "3", "--headless", "--quiet", "--json", folder[file]];
            (int code, _, string error) = Cli.RunWith(variables, [.. run, "--provider", provider]);
            Assert.True(code == 0, error);
            return error;
        }

        string warning = Run("gl", "gl.json");
        Assert.Equal("", Run("cpu", "cpu.json"));
        const string Told = "warning: provider gl: OpenGL 4.2 has no compute shaders, 4.3 has; from here on the CPU";
        Assert.Contains(Told, warning, StringComparison.Ordinal);
        Assert.Equal(NameOf("cpu.json"), NameOf("gl.json"));

        string? NameOf(string file)
            => JsonDocument.Parse(File.ReadAllBytes(folder[file])).RootElement.GetProperty("model").GetProperty("name").GetString();
    }

    private static FrameSlot Slot()
    {
        FrameSlot slot = new();
        slot.Image.Create(48, 64, MatType.CV_8UC3);
        Cv2.Randu(slot.Image, Scalar.Black, Scalar.White);
        slot.Labels.Create(48, 64, MatType.CV_8UC1);
        slot.Labels.SetTo(Scalar.All(1));
        slot.Labels[new Rect(0, 0, 32, 24)].SetTo(Scalar.All(2));
        slot.Labels[new Rect(0, 24, 32, 24)].SetTo(Scalar.Black);
        slot.Confidence.Create(48, 64, MatType.CV_8UC1);
        slot.Confidence.SetTo(Scalar.All(200));
        return slot;
    }
}
