using OpenCvSharp;
using RealtimeSeg.Commands;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Graphics.Hud;
using RealtimeSeg.Sinks;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>What lies over the image, output by output, and the list of keys, which lies beside it.</summary>
public sealed class HudOutputTests
{
    private static readonly int[] Palette = [0x202020, 0x4080C0];

    [Trait("Set", "Slow")]
    [Fact]
    public void Outputs_of_one_run_have_the_panels_that_were_asked_for()
    {
        using TemporaryFolder folder = new();
        string[] outputs = ["a.png", "b.png", "c.png"];
        string[] files = [.. outputs.Select(o => folder[o])];
        string hud = $"files=none,{files[1]}=full,{files[2]}=figures";
        string[] plain = ["--opacity", "0", "--frames", "1", "--hud", hud, "--size", "96x64", "--provider", "cpu"];
        (int code, _, string error) = Cli.Run(Repository.Root, ["replay", "synth://3", .. files, .. plain]);
        Assert.True(code == 0, error);
        using Mat none = Cv2.ImRead(files[0]), full = Cv2.ImRead(files[1]), figures = Cv2.ImRead(files[2]);
        Cli.Run(Repository.Root, ["replay", "synth://3", folder["d.png"], "--opacity", "0", "--frames", "1", "--size", "96x64"]);
        using Mat bare = Cv2.ImRead(folder["d.png"]);
        Assert.Equal(0, Cv2.Norm(none, bare, NormTypes.INF));
        int changedByFigures = Changed(none, figures), changedByAll = Changed(none, full);
        Assert.True(changedByFigures > 1000 && changedByAll > changedByFigures * 3 / 2, $"{changedByFigures}, {changedByAll} pixels");
    }

    [Theory]
    [InlineData("auto", HudDetail.Full, HudDetail.None, HudDetail.None, HudDetail.None)]
    [InlineData("full", HudDetail.Full, HudDetail.Full, HudDetail.Full, HudDetail.Full)]
    [InlineData("all=none", HudDetail.None, HudDetail.None, HudDetail.None, HudDetail.None)]
    [InlineData("files=full", HudDetail.Full, HudDetail.None, HudDetail.Full, HudDetail.None)]
    [InlineData("page=figures,window=none", HudDetail.None, HudDetail.Figures, HudDetail.None, HudDetail.None)]
    [InlineData("figures,streams=auto", HudDetail.Figures, HudDetail.Figures, HudDetail.Figures, HudDetail.Figures)]
    [InlineData("rtmp://host/x=full", HudDetail.Full, HudDetail.None, HudDetail.None, HudDetail.Full)]
    public void A_place_has_what_was_said_of_it_or_of_all(
        string text, HudDetail window, HudDetail page, HudDetail file, HudDetail stream)
    {
        PipelineSettings s = ParsedOptions.Read(Mode.Replay, "synth://", "v.mp4", "rtmp://host/x", "--hud", text);
        Assert.Equal(window, s.Hud.At(HudOptions.Window, HudDetail.Full));
        Assert.Equal(page, s.Hud.At(HudOptions.Page, HudDetail.None));
        Assert.Equal(file, s.Hud.In("v.mp4"));
        Assert.Equal(stream, s.Hud.In("rtmp://host/x"));
    }

    [Theory]
    [InlineData("v.mp4")]
    [InlineData("./out/v.mp4")]
    [InlineData("out/../out/v.mp4")]
    public void An_output_is_meant_by_its_files_name_and_by_any_path_to_it(string name)
    {
        PipelineSettings s = ParsedOptions.Read(Mode.Replay, "synth://", "out/v.mp4", "out/w.mp4", "--hud", name + "=full");
        Assert.Equal((HudDetail.Full, HudDetail.None), (s.Hud.In("out/v.mp4"), s.Hud.In("out/w.mp4")));
    }

    [Fact]
    public void An_output_that_is_not_there_is_refused()
    {
        UserError e = Assert.Throws<UserError>(() => ParsedOptions.Read(Mode.Replay, "synth://", "v.mp4", "--hud", "w.mp4=full"));
        Assert.Contains("--hud w.mp4: no such output; choose window, page, files, streams, v.mp4", e.Message, StringComparison.Ordinal);
    }

    /// <summary>A name with a place for the time is the output's all the same.</summary>
    [Fact]
    public void An_output_may_have_the_time_in_its_name()
    {
        PipelineSettings s = ParsedOptions.Read(Mode.Replay, "synth://", "v-%Y.mp4", "w.mp4", "--hud", "v-%Y.mp4=full");
        Assert.DoesNotContain("%Y", s.Outputs[0], StringComparison.Ordinal);
        Assert.Equal((HudDetail.Full, HudDetail.None), (s.Hud.In(s.Outputs[0]), s.Hud.In(s.Outputs[1])));
    }

    /// <summary>Sinks in any order: those with fewer panels take the image before more lie over it.</summary>
    [Fact]
    public void Each_sink_takes_the_image_with_its_own_panels()
    {
        using EglContext context = new();
        using Renderer renderer = new(context.Gl, ["a", "b"], Palette, new RenderOptions { Hud = HudDetail.Figures, Refine = false });
        using FrameSlot slot = Slot();
        using SinkSet sinks = new(_ => { });
        Dictionary<HudDetail, Keeper> keepers = [];
        foreach (HudDetail hud in (ReadOnlySpan<HudDetail>)[HudDetail.Full, HudDetail.None, HudDetail.Figures])
            sinks.Add(keepers[hud] = new Keeper(), hud == HudDetail.Figures ? null : _ => hud);
        renderer.Upload(slot);
        renderer.Compose(Text, 1, hud: sinks.LeastHud(renderer));
        sinks.Present(renderer, slot);
        foreach ((HudDetail hud, Keeper keeper) in keepers)
        {
            renderer.Compose(Text, 1, hud: hud);
            Assert.True(renderer.Pixels().SequenceEqual(keeper.Pixels), $"{hud}");
        }

        Assert.True(renderer.PlainPixels().SequenceEqual(keepers[HudDetail.None].Pixels));
    }

    /// <summary>Keys on the page change the page, and those of the window what is seen there: recordings stay as they were begun.</summary>
    [Fact]
    public void The_key_for_less_changes_the_place_where_it_was_pressed()
    {
        using EglContext context = new();
        using Renderer renderer = new(context.Gl, ["a", "b"], Palette, new RenderOptions());
        using CancellationTokenSource stop = new();
        Engine.Controls controls = new(renderer, null!, stop);
        controls.On(new Input.UserInput(Input.UserKey.Hud));
        Assert.Equal((HudDetail.Figures, HudDetail.None), (renderer.Hud, renderer.PageHud));
        Engine.RemoteControl page = new();
        page.Send(new Input.UserInput(Input.UserKey.Hud));
        page.Poll(controls.On);
        Assert.Equal((HudDetail.Figures, HudDetail.Full), (renderer.Hud, renderer.PageHud));
    }

    /// <summary>F1 covers nothing: image and list share the window, and both can be seen in any.</summary>
    [Theory]
    [InlineData(1920, 1080)]
    [InlineData(960, 720)]
    [InlineData(640, 480)]
    [InlineData(480, 360)]
    [InlineData(320, 240)]
    [InlineData(400, 900)]
    [InlineData(1, 1)]
    [InlineData(0, 0)]
    public void The_list_of_keys_stands_beside_the_image(int width, int height)
    {
        KeyListLayout layout = KeyListLayout.Of((width, height));
        Placement image = Placement.Within((layout.Room, height), (640, 480));
        Assert.True(image.X + image.Width <= layout.Column.X, $"{image} {layout.Column}");
        if (width < 320) return; // nothing can be read there, and nothing fails
        Assert.True(layout.Column.X + layout.Column.Width <= width && layout.Column.Y >= 0, $"{layout.Column}");
        Assert.True(layout.Column.Y + layout.Column.Height <= height, $"{layout.Column}");
        Assert.True(layout.FontSize >= 8, $"{layout.FontSize}");
        Assert.True(image.Width >= 0.3 * width, $"{image}");
    }

    [Fact]
    public void Every_row_of_the_list_of_keys_fits_its_width()
    {
        using HudPen pen = new(20);
        float room = (20 * (KeyListLayout.OneColumn - KeyListLayout.Help)) - (2 * pen.Margin);
        Assert.All(Input.KeyTable.Rows, r => Assert.True(pen.Font.MeasureText(r.Help) <= room, r.Help));
        Assert.All(Input.KeyTable.Rows, r => Assert.True(pen.Font.MeasureText(r.Label) < 20 * KeyListLayout.Help, r.Label));
    }

    private static int Changed(Mat a, Mat b)
    {
        using Mat apart = new(), grey = new();
        Cv2.Absdiff(a, b, apart);
        Cv2.CvtColor(apart, grey, ColorConversionCodes.BGR2GRAY);
        return Cv2.CountNonZero(grey);
    }

    private static HudText Text() => new(30, 20, 40, 20, 0, "street on cpu", new FrameStats());

    private static FrameSlot Slot()
    {
        FrameSlot slot = new();
        slot.Image.Create(480, 640, MatType.CV_8UC3);
        slot.Image.SetTo(new Scalar(90, 120, 60));
        slot.Labels.Create(48, 64, MatType.CV_8UC1);
        slot.Labels.SetTo(Scalar.All(1));
        slot.Confidence.Create(48, 64, MatType.CV_8UC1);
        slot.Confidence.SetTo(Scalar.All(255));
        return slot;
    }

    private sealed class Keeper : ISink
    {
        public byte[] Pixels { get; private set; } = [];

        public void Present(Renderer renderer, FrameSlot slot) => Pixels = renderer.Pixels().ToArray();

        public string? Finish() => null;

        public void Dispose()
        {
            // Nothing to release.
        }
    }
}
