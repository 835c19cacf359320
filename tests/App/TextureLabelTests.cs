using Google.Protobuf;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Engine;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Graphics.Hud;
using RealtimeSeg.Inference;
using RealtimeSeg.Network.Device;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using Silk.NET.OpenGL;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Runs whose labels are made by the context that draws, and stay there.</summary>
public sealed class TextureLabelTests(AppModel model) : IClassFixture<AppModel>
{
    private const int Frames = 12;
    private static readonly string Street = Path.Combine(Repository.Root, "models", "street.onnx");

    /// <summary>Ways to label, in each of which shaders must do what the CPU does; the source has a cut.</summary>
    private static readonly Dictionary<string, (Fit Fit, LabelOptions Labels, (int, int) Size)> Ways = new(StringComparer.Ordinal)
    {
        ["each frame by itself"] = (Fit.Keep, new LabelOptions(), (160, 120)),
        ["smoothed"] = (Fit.Keep, new LabelOptions(0.5f), (160, 120)),
        ["smoothed, with bars"] = (Fit.Letterbox, new LabelOptions(1), (160, 96)),
        ["smoothed, cropped"] = (Fit.Crop, new LabelOptions(0.5f), (160, 96)),
        ["cropped"] = (Fit.Crop, new LabelOptions(), (96, 128)),
        ["flicker only"] = (Fit.Keep, new LabelOptions(MeasureFlicker: true), (128, 96)),
        ["every third"] = (Fit.Keep, new LabelOptions(0.5f, Every: 3), (128, 96)),
        ["where it moves"] = (Fit.Keep, new LabelOptions(0.5f, SkipStill: true), (128, 96)),
        ["larger than the image"] = (Fit.Keep, new LabelOptions(0.5f), (400, 300)),
    };

    public static TheoryData<string> Names() => [.. Ways.Keys];

    [Trait("Set", "Slow")]
    [Theory]
    [MemberData(nameof(Names))]
    public void Shaders_label_frames_as_the_CPU_does(string way)
    {
        (Fit fit, LabelOptions labels, (int, int) size) = Ways[way];
        LabelKeeper expected = new(), actual = new();
        EngineOptions options = new(Schedule.Pipelined, Frames: Frames, Labels: labels);
        RunReport cpu = EngineRun.Of(Load(Street, "cpu", size, fit), options, new TwoScenes(), expected, HudDetail.Full);
        RunReport gl = EngineRun.Of(Load(Street, "gl", size, fit), options, new TwoScenes(), actual, HudDetail.Full);
        Assert.Equal(Frames, gl.Stats.Count);
        Assert.Equal(cpu.NetworkSize, gl.NetworkSize);
        Assert.Equal(expected.Kept, actual.Kept);
        Assert.Equal(cpu.Flicker is null, gl.Flicker is null);
        Assert.InRange((gl.Flicker ?? 0) - (cpu.Flicker ?? 0), -5e-4, 5e-4);
        foreach ((byte[] a, byte[] b) in expected.Labels.Zip(actual.Labels))
        {
            Assert.Equal(a.Length, b.Length);
            int equal = a.Zip(b).Count(p => p.First == p.Second);
            Assert.True(equal >= 0.998 * a.Length, $"{a.Length - equal} of {a.Length} labels differ");
        }

        Assert.True(expected.Labels[^1].Distinct().Count() > 3, "there is nothing to compare");
    }

    /// <summary>What is drawn, class shares and a click come from the same textures.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public void The_view_and_the_shares_are_those_of_the_CPU()
    {
        PictureKeeper expected = new(), actual = new();
        EngineOptions options = new(Schedule.Inline, Frames: 4, Labels: new LabelOptions(0.5f));
        EngineRun.Of(Load(Street, "cpu", (160, 120)), options, new TwoScenes(), expected);
        EngineRun.Of(Load(Street, "gl", (160, 120)), options, new TwoScenes(), actual);
        double apart = expected.Pixels.Zip(actual.Pixels).Average(p => Math.Abs(p.First - p.Second));
        Assert.True(apart < 0.5, $"pixels differ by {apart:F2} on average");
        Assert.True(expected.Shares.Max() > 5, "there is nothing to compare");
        Assert.All(expected.Shares.Zip(actual.Shares), p => Assert.InRange(p.Second - p.First, -1, 1));
    }

    /// <summary>A single picture has no later frame whose panel could be right.</summary>
    [Fact]
    public void The_panel_of_the_first_frame_has_its_own_shares()
    {
        using Segmenter cpu = Load(Street, "cpu", (160, 120)), gl = Load(Street, "gl", (160, 120));
        using EglContext context = new();
        using Renderer renderer = new(context.Gl, gl.Manifest.Classes, gl.Manifest.Palette, new RenderOptions());
        using TextureLabels labels = new(context.Gl, 0, follows: false);
        using FrameSlot slot = new();
        using TwoScenes street = new();
        street.Read(slot.Image);
        labels.Prepare(gl.Shaders!, gl.Geometry(slot));
        labels.Fit(renderer.UploadImage(slot), slot.Image.Size());
        labels.Infer();
        labels.Smooth(startsOver: true);
        renderer.Show(labels);
        slot.IsOnGpu = true;
        renderer.Upload(slot);
        byte[] shown = [];
        renderer.Compose(() => Seen(shown = renderer.Shares.ToArray()), now: 1);
        cpu.Fit(slot);
        cpu.Infer(slot);
        slot.IsOnGpu = false;
        using Renderer expected = new(context.Gl, gl.Manifest.Classes, gl.Manifest.Palette, new RenderOptions());
        expected.Upload(slot);
        Assert.True(shown.Max() > 5, "there is nothing to compare");
        Assert.All(expected.Shares.ToArray().Zip(shown), p => Assert.InRange(p.Second - p.First, -1, 1));

        static HudText Seen(byte[] _) => new(0, 0, 0, 0, 0, "", new FrameStats());
    }

    [Trait("Set", "Slow")]
    [Theory]
    [InlineData(false, false, 0)]
    [InlineData(true, false, 1)]
    [InlineData(false, true, 1)]
    [InlineData(true, true, 2)]
    public void A_frame_is_uploaded_once_and_only_what_is_asked_for_comes_back(bool image, bool labels, int readbacks)
    {
        EngineOptions options = new(Schedule.Ahead, Frames: 24, WarmUp: 4, Labels: new LabelOptions(0.5f));
        using Segmenter gl = Load(model.File, "gl", (64, 48));
        RunReport report = EngineRun.Of(gl, options, new TwoScenes(), new Taker(image, labels), HudDetail.Full);
        Assert.Equal((1, readbacks), (report.UploadsPerFrame, report.ReadbacksPerFrame));
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void Steady_state_allocates_under_a_kilobyte_per_frame()
    {
        EngineOptions options = new(Schedule.Ahead, Frames: 300, WarmUp: 30, Labels: new LabelOptions(0.5f));
        RunReport report = EngineRun.Of(
            Load(model.File, "gl", (64, 48)), options, new StreetSource("synth://3", null), new NullSink(), HudDetail.Full);
        Assert.True(report.ManagedBytesPerFrame <= 1024, $"{report.ManagedBytesPerFrame:F0} bytes per frame");
        Assert.Equal(0, report.Gen2Collections);
    }

    /// <summary>Counted by OpenGL: names that are in use.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public void Another_model_or_size_leaves_nothing_behind()
    {
        using EglContext context = new();
        using TextureLabels labels = new(context.Gl, 0.5f, follows: true);
        using Segmenter one = Load(Street, "gl", (64, 48)), other = Load(model.File, "gl", (64, 48));
        using PixelUploader image = new(context.Gl, InternalFormat.Rgb8, PixelFormat.Bgr, linear: false);
        using FrameSlot blank = one.Blank();
        image.Upload(blank.Image.Data, blank.Image.Width, blank.Image.Height);
        GL gl = context.Gl;
        (int, int, int) after = default;
        for (int i = 0; i < 25; i++)
        {
            Segmenter used = i % 2 == 0 ? one : other;
            foreach ((int, int) size in new[] { (64, 48), (80, 48), (48, 80), (64, 48) })
            {
                labels.Prepare(used.Shaders!, used.Geometry(blank, size));
                labels.Fit(image.Texture, blank.Image.Size());
                labels.Infer();
                labels.Smooth(startsOver: false);
            }

            const int Names = 5000;
            (int, int, int) now = (labels.Programs, Enumerable.Range(1, Names).Count(n => gl.IsBuffer((uint)n)),
                Enumerable.Range(1, Names).Count(n => gl.IsTexture((uint)n)));
            if (i == 3) after = now;
            if (i > 3 && i % 2 == 1) Assert.Equal(after, now);
        }
    }

    /// <summary>Where shaders cannot run the network: told in a line, and the run goes on, whatever the schedule.</summary>
    [Trait("Set", "Slow")]
    [Theory]
    [InlineData(Schedule.Inline)]
    [InlineData(Schedule.Pipelined)]
    public void The_CPU_takes_over_where_shaders_cannot_run(Schedule schedule)
    {
        using TemporaryFolder folder = new();
        ModelProto odd = ModelProto.Parser.ParseFrom(PixelNet.File());
        odd.Graph.Node.First(n => n.OpType == "Conv").OpType = "Erf";
        File.WriteAllBytes(folder["odd.onnx"], odd.ToByteArray());
        (List<string> lines, List<string> warnings, LabelKeeper sink) = ([], [], new());
        RunReport report = EngineRun.Of(
            Load(folder["odd.onnx"], "gl", (64, 48)),
            new EngineOptions(schedule, Frames: Frames, Labels: new LabelOptions(0.5f, TargetFps: schedule == Schedule.Inline ? 10 : 0)),
            new TwoScenes(),
            sink,
            tell: lines.Add,
            events: (level, line) => (level == RealtimeSeg.Core.Shell.LogLevel.Warning ? warnings : []).Add(line),
            loadForCpu: _ => Load(model.File, "cpu", (64, 48)));
        Assert.Equal((Frames, 3.0), (report.Stats.Count, report.UploadsPerFrame));
        string warning = Assert.Single(warnings);
        Assert.Contains("Erf", warning, StringComparison.Ordinal);
        Assert.EndsWith("); from here on the CPU runs the network", warning, StringComparison.Ordinal);
        Assert.Equal(schedule == Schedule.Inline ? 1 : 0, lines.Count); // the size that was chosen on the CPU
        Assert.Equal(Frames, sink.Labels.Count);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void Any_provider_means_shaders_only_on_hardware_that_is_faster()
    {
        using TemporaryFolder folder = new();
        using EglContext context = new();
        Driver llvmpipe = Driver.Of(context.Gl), card = new("Test GPU", "4.6");
        List<string> lines = [];
        using Segmenter slow = Load(model.File, "cpu", (64, 48));
        string cache = folder["provider.json"];
        bool Win(Driver driver, string floats) => ProviderRace.ShadersWin(context, driver, slow, floats, half: null, lines.Add, cache);
        Assert.True(llvmpipe.IsSoftware);
        Assert.False(Win(llvmpipe, model.File));
        Assert.False(File.Exists(cache));
        Assert.False(Win(card, model.File)); // a CPU that pretends to be one
        Assert.StartsWith("provider: cpu (", Assert.Single(lines), StringComparison.Ordinal);
        Assert.False(Win(card, model.File)); // kept: no other line
        Assert.Single(lines);
        File.WriteAllText(cache, File.ReadAllText(cache).Replace("\"CpuMs\": ", "\"CpuMs\": 9999", StringComparison.Ordinal));
        Assert.True(Win(card, model.File));
        Assert.Single(lines);
        File.WriteAllText(cache, "{");
        Assert.False(Win(card, model.File));
        Assert.Equal(2, lines.Count);
        ModelProto odd = ModelProto.Parser.ParseFrom(File.ReadAllBytes(model.File));
        odd.Graph.Node.First(n => n.OpType == "Conv").OpType = "Erf";
        File.WriteAllBytes(folder["odd.onnx"], odd.ToByteArray());
        Assert.False(Win(card, folder["odd.onnx"]));
        Assert.Contains("Erf", lines[2], StringComparison.Ordinal);
    }

    private static Segmenter Load(string file, string provider, (int, int) size, Fit fit = Fit.Keep)
        => Segmenter.Load(file, new SegmenterOptions(provider, Size: size, Fit: fit), _ => { });

    /// <summary>Six frames of one street, then another.</summary>
    private sealed class TwoScenes : ISource
    {
        private readonly StreetSource _first = new("synth://3", null), _second = new("synth://8", null);
        private int _read;

        public string Name => "two scenes";

        public double FramesPerSecond => 10;

        public bool IsLive => false;

        public string? Status => null;

        public FrameTiming Timing => new(_read / 10.0);

        public bool Read(Mat image) => (_read++ < 6 ? _first : _second).Read(image);

        public void Dispose()
        {
            _first.Dispose();
            _second.Dispose();
        }
    }

    /// <summary>Keeps what a sink that needs labels gets.</summary>
    private sealed class LabelKeeper : ISink
    {
        public List<byte[]> Labels { get; } = [];

        /// <summary>Which frames had the mask of an earlier one.</summary>
        public List<bool> Kept { get; } = [];

        public bool NeedsLabels => true;

        public void Present(Renderer renderer, FrameSlot slot)
        {
            Labels.Add(slot.Labels.AsSpan<byte>().ToArray());
            Kept.Add(slot.LabelledFrom != slot[Stamp.Arrived]);
            long[] stamps = [.. Enum.GetValues<Stamp>().Where(s => s is >= Stamp.Captured and < Stamp.Presented).Select(s => slot[s])];
            Assert.Equal(stamps.Order(), stamps);
        }

        public string? Finish() => null;

        public void Dispose()
        {
            // Nothing to release.
        }
    }

    /// <summary>Keeps the last image and its class shares, which are counted with every HUD.</summary>
    private sealed class PictureKeeper : ISink
    {
        public byte[] Pixels { get; private set; } = [];

        public int[] Shares { get; private set; } = [];

        public void Present(Renderer renderer, FrameSlot slot)
        {
            Pixels = renderer.Pixels().ToArray();
            Shares = [.. renderer.Shares.ToArray().Select(s => (int)s)];
        }

        public string? Finish() => null;

        public void Dispose()
        {
            // Nothing to release.
        }
    }

    /// <summary>Takes each frame's image, as a video does, or its labels.</summary>
    private sealed class Taker(bool image, bool labels) : ISink
    {
        public bool NeedsLabels => labels;

        public void Present(Renderer renderer, FrameSlot slot)
        {
            if (image) renderer.Pixels();
        }

        public string? Finish() => null;

        public void Dispose()
        {
            // Nothing to release.
        }
    }
}
