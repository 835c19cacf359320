using OpenCvSharp;
using RealtimeSeg.Engine;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Graphics.Hud;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>
/// Each view of one simple scene: a light square (class 1, foreground) in the middle of a dark image (class 0, background).
/// </summary>
public sealed class ViewTests : IDisposable
{
    private const int Size = 96, Low = 32, High = 64;
    private static readonly string Shaders = Path.Combine(Repository.Root, "shaders");
    private static readonly string[] Classes = ["background", "thing"];
    private static readonly int[] Palette = [0x000000, 0xE02010];
    private readonly EglContext _context = new();
    private readonly FrameSlot _slot = new();

    public ViewTests()
    {
        _slot.Image.Create(Size, Size, MatType.CV_8UC3);
        _slot.Image.SetTo(new Scalar(20, 20, 20));
        _slot.Labels.Create(Size, Size, MatType.CV_8UC1);
        _slot.Labels.SetTo(new Scalar(0));
        _slot.Confidence.Create(Size, Size, MatType.CV_8UC1);
        _slot.Confidence.SetTo(new Scalar(255));
        Rect square = new(Low, Low, High - Low, High - Low);
        using Mat image = new(_slot.Image, square), labels = new(_slot.Labels, square);
        image.SetTo(new Scalar(240, 240, 240));
        labels.SetTo(new Scalar(1));
    }

    [Fact]
    public void Every_view_has_help_and_a_shader_and_a_name_and_key_of_its_own()
    {
        Assert.All(Views.All, v => Assert.False(string.IsNullOrWhiteSpace(v.Help), $"{v} has no help"));
        Assert.All(Views.All, v => Assert.True(File.Exists(ShaderFile(v)), $"{v} has no shader {v.Shader}"));
        Assert.Equal(Views.All.Count, Views.All.Select(v => v.Key).Distinct().Count());
        Assert.Equal(Views.All.Count, Views.All.Select(v => v.Name).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Every_view_shader_has_a_row()
    {
        string[] shaders = [.. Directory.EnumerateFiles(Path.Combine(Shaders, "views")).Select(f => Path.GetFileNameWithoutExtension(f))];
        Assert.Equal(Views.All.Select(v => v.Name).Order(StringComparer.Ordinal), shaders.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Rows_announce_the_inputs_that_their_shaders_read()
    {
        foreach (View v in Views.All)
        {
            string source = File.ReadAllText(ShaderFile(v));
            Assert.Equal(v.ShowsBackdrop, source.Contains("uniform sampler2D backdrop;", StringComparison.Ordinal));
            Assert.Equal(v.CanBeTransparent, source.Contains("uniform float transparent;", StringComparison.Ordinal));
            if (v.PrePasses.Count > 0) Assert.Contains($"uniform sampler2D {v.PrePasses[^1].Sampler};", source, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Views_are_found_by_name_and_follow_one_another_in_a_circle()
    {
        Assert.Same(Views.Parse("cutout"), Views.Parse("Cut-Out"));
        Assert.Contains("overlay, mask", Assert.Throws<UserError>(() => Views.Parse("nothing")).Message, StringComparison.Ordinal);
        View view = Views.Default;
        foreach (View next in Views.All.Skip(1).Append(Views.Default)) Assert.Same(next, view = Views.After(view));
    }

    [Fact]
    public void Overlay_tints_the_foreground_only()
    {
        byte[] p = Draw("overlay");
        Assert.Equal((20, 20, 20), At(p, 5, 5));
        (int r, int g, int b) = At(p, 48, 48);
        Assert.InRange(r, 230, 234); // half of 240 and half of 0xE0
        Assert.InRange(g, 134, 138);
        Assert.InRange(b, 126, 130);
    }

    [Fact]
    public void Mask_shows_the_class_colours_alone()
    {
        byte[] p = Draw("mask");
        Assert.Equal((0, 0, 0), At(p, 5, 5));
        Assert.Equal((0xE0, 0x20, 0x10), At(p, 48, 48));
    }

    [Fact]
    public void Edges_draws_on_the_outline_and_nowhere_else()
    {
        byte[] p = Draw("edges");
        Assert.Equal((20, 20, 20), At(p, 5, 5));
        Assert.Equal((240, 240, 240), At(p, 48, 48));
        Assert.NotEqual((240, 240, 240), At(p, Low, 48));
    }

    [Fact]
    public void Edges_outlines_only_the_classes_that_are_shown()
    {
        using (Mat corner = new(_slot.Labels, new Rect(0, 0, 16, 16))) corner.SetTo(new Scalar(2)); // beside nothing that is shown
        using (Mat half = new(_slot.Labels, new Rect(48, Low, 16, High - Low))) half.SetTo(new Scalar(3)); // beside what is
        RenderOptions only = new() { View = Views.Parse("edges"), Hud = HudDetail.None, Refine = false, Show = ["thing"] };
        using Renderer renderer = new(_context.Gl, [.. Classes, "corner", "half"], [.. Palette, 0x00FF00, 0x0000FF], only);
        renderer.Upload(_slot);
        renderer.Compose(() => default, 0);
        byte[] p = renderer.Pixels().ToArray();
        foreach ((int x, int y) in ((int, int)[])[(15, 5), (16, 5), (5, 15), (63, 48), (64, 48)])
            Assert.True(At(p, x, y) is (20, 20, 20) or (240, 240, 240), $"({x}, {y}) is outlined");
        foreach ((int x, int y) in ((int, int)[])[(Low, 48), (Low - 1, 48), (47, 48), (48, 48)])
            Assert.True(At(p, x, y) is var (r, g, b) && r > g + 10 && r > b + 10, $"({x}, {y}) has no outline in the class's colour");
    }

    [Fact]
    public void Split_shows_the_image_left_and_the_overlay_right()
    {
        byte[] p = Draw("split");
        Assert.Equal((240, 240, 240), At(p, 24, 48));
        Assert.InRange(At(p, 72, 48).G, 134, 138);
        Assert.Equal((15, 15, 15), At(p, 24, 4)); // above the half-size images
    }

    [Fact]
    public void Blur_lets_no_foreground_colour_into_the_background()
    {
        byte[] p = Draw("blur");
        Assert.Equal((240, 240, 240), At(p, 48, 48));
        // A plain blur would leave more than a hundred levels right beside the square.
        for (int x = 0; x < Low - 1; x++) Assert.InRange(At(p, x, 48).R, 15, 30);
    }

    [Fact]
    public void Replace_puts_the_backdrop_behind_the_foreground()
    {
        byte[] p = Draw("replace", new RenderOptions { Backdrop = 0x204080 });
        Assert.Equal((0x20, 0x40, 0x80), At(p, 5, 5));
        Assert.Equal((240, 240, 240), At(p, 48, 48));
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void An_image_or_a_moving_backdrop_lies_behind_the_foreground()
    {
        using TemporaryFolder folder = new();
        Scalar[] colours = [new(200, 0, 0), new(0, 200, 0), new(0, 0, 200)];
        for (int i = 0; i < colours.Length; i++)
        {
            using Mat frame = new(40, 60, MatType.CV_8UC3, colours[i]);
            Cv2.ImWrite(folder[$"{i}.png"], frame);
        }

        RenderOptions options = new() { View = Views.Parse("replace"), Hud = HudDetail.None };
        using Renderer renderer = new(_context.Gl, Classes, Palette, options);
        (int, int, int) Behind(Backdrop backdrop, double seconds)
        {
            if (backdrop.Follow(seconds)) renderer.SetBackdrop(backdrop.Image);
            renderer.Upload(_slot);
            renderer.Compose(() => default, 0);
            byte[] p = renderer.Pixels().ToArray();
            Assert.Equal((240, 240, 240), At(p, 48, 48));
            return At(p, 5, 5);
        }

        (int, int, int) red = (200, 0, 0), green = (0, 200, 0), blue = (0, 0, 200);
        // A still image as a video: its end empties what the frame is read into.
        (int code, _, string error) = Cli.Try("ffmpeg", "-v", "error", "-i", folder["1.png"], folder["1.gif"]) ?? (0, "", "");
        Assert.True(code == 0, error);
        if (File.Exists(folder["1.gif"]))
        {
            using Backdrop gif = new(() => new VideoSource(folder["1.gif"], null));
            Assert.All(new[] { 0, 0.5, 9 }, t => Assert.InRange(Behind(gif, t).Item2, 190, 210));
            File.Delete(folder["1.gif"]);
        }

        using Backdrop still = new(() => new ImageSource(folder["1.png"], 10)), moving = new(() => new ImageSource(folder.Path, 10));
        Assert.Equal([green, green, green], new[] { 0, 0.5, 9 }.Select(t => Behind(still, t)));
        Assert.Equal([blue, blue, green, red, blue], new[] { 0, 0.05, 0.15, 0.25, 0.35 }.Select(t => Behind(moving, t)));
    }

    [Fact]
    public void A_click_shows_a_class_alone_and_another_click_shows_all()
    {
        RenderOptions options = new() { Hud = HudDetail.None, Refine = false };
        using Renderer renderer = new(_context.Gl, ["ground", "thing"], Palette, options);
        renderer.SoloAt(0.5f, 0.5f); // before the first frame
        Assert.Null(renderer.Solo);
        renderer.Upload(_slot);
        renderer.Compose(() => default, 0);
        renderer.SoloAt(0.5f, 0.5f);
        Assert.Equal("thing", renderer.Solo);
        renderer.SoloAt(0.1f, 0.1f);
        Assert.Equal("ground", renderer.Solo);
        renderer.SoloAt(0.1f, 0.1f);
        Assert.Null(renderer.Solo);
        renderer.View = Views.Parse("split"); // the middle of the right image, at half size
        renderer.SoloAt(0.75f, 0.5f);
        Assert.Equal("thing", renderer.Solo);
        renderer.SoloAt(0.75f, 0.1f); // above it
        Assert.Null(renderer.Solo);
    }

    [Fact]
    public void Cut_out_shows_a_checkerboard_behind_the_foreground()
    {
        byte[] p = Draw("cutout");
        Assert.Equal((240, 240, 240), At(p, 48, 48));
        Assert.NotEqual(At(p, 2, 2), At(p, 14, 2));
        Assert.Equal(At(p, 2, 2), At(p, 14, 14));
    }

    [Fact]
    public void Heat_is_brighter_where_the_network_is_surer()
    {
        using (Mat left = new(_slot.Confidence, new Rect(0, 0, 48, Size))) left.SetTo(new Scalar(40));
        byte[] p = Draw("heat");
        static int Light((int R, int G, int B) c) => c.R + c.G + c.B;
        Assert.True(Light(At(p, 90, 5)) > Light(At(p, 5, 5)) + 100);
    }

    [Fact]
    public void Classes_that_are_not_shown_stay_untouched()
    {
        byte[] p = Draw("overlay", new RenderOptions { Show = ["background"] });
        Assert.Equal((240, 240, 240), At(p, 48, 48));
        Assert.Throws<UserError>(() => Draw("overlay", new RenderOptions { Show = ["nothing"] }));
    }

    [Fact]
    public void Refinement_moves_a_coarse_masks_edge_onto_the_images()
    {
        // A mask of 6-pixel cells whose edge (30) is off the image's (32); cells on the edge are unsure.
        const int Cells = 16;
        _slot.Labels.Create(Cells, Cells, MatType.CV_8UC1);
        _slot.Confidence.Create(Cells, Cells, MatType.CV_8UC1);
        for (int y = 0; y < Cells; y++)
        {
            for (int x = 0; x < Cells; x++)
            {
                bool inside = x is >= 5 and < 11 && y is >= 5 and < 11;
                _slot.Labels.Set(y, x, (byte)(inside ? 1 : 0));
                _slot.Confidence.Set(y, x, (byte)200);
            }
        }

        int coarse = Wrong(Draw("mask", new RenderOptions { Refine = false }));
        int refined = Wrong(Draw("mask", new RenderOptions { Refine = true }));
        Assert.True(coarse > 200, $"{coarse} pixels are wrong without refinement");
        Assert.True(refined * 4 < coarse, $"{refined} of {coarse} wrong pixels are left");
    }

    public void Dispose()
    {
        _slot.Dispose();
        _context.Dispose();
    }

    private static int Wrong(byte[] image)
    {
        int wrong = 0;
        for (int y = 0; y < Size; y++)
        {
            for (int x = 0; x < Size; x++)
            {
                bool truth = x is >= Low and < High && y is >= Low and < High;
                if (At(image, x, y).R > 0x70 != truth) wrong++;
            }
        }

        return wrong;
    }

    private static string ShaderFile(View view) => Path.Combine(Shaders, view.Shader);

    private static (int R, int G, int B) At(byte[] rgba, int x, int y)
    {
        int i = ((y * Size) + x) * 4;
        return (rgba[i], rgba[i + 1], rgba[i + 2]);
    }

    private byte[] Draw(string view, RenderOptions? options = null)
    {
        options ??= new RenderOptions();
        options = options with { View = Views.Parse(view), Hud = HudDetail.None, Refine = options.Refine ?? false };
        using Renderer renderer = new(_context.Gl, Classes, Palette, options);
        renderer.Upload(_slot);
        renderer.Compose(() => default, 0);
        return renderer.Pixels().ToArray();
    }
}
