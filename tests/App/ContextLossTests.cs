using OpenCvSharp;
using RealtimeSeg.Engine;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Inference;
using RealtimeSeg.Input;
using RealtimeSeg.Network.Device;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>
/// OpenGL contexts that are lost. No driver in software loses one: that it did is what <see cref="ForcedLosses"/> says, all that follows is
/// real. A run on a clock that stands looks once per frame. One test damages shader files, which other renderers of the process read.
/// </summary>
[Collection(nameof(ShaderReloadTests))]
public sealed class ContextLossTests(AppModel model) : IClassFixture<AppModel>
{
    private const int Frames = 12, LostAt = 7;
    private const string Lost = "the OpenGL context was lost after 6 frames (by another program)";
    private static readonly (int, int) Small = (64, 48);

    [Trait("Set", "Slow")]
    [Theory]
    [InlineData("cpu", Schedule.Inline)]
    [InlineData("cpu", Schedule.Ahead)]
    [InlineData("cpu", Schedule.Pipelined)]
    [InlineData("gl", Schedule.Ahead)]
    public void Images_and_labels_are_those_of_a_run_without_a_loss(string provider, Schedule schedule)
    {
        // Smoothed on the CPU, it goes on; what shaders know of the frames before is lost with the context.
        LabelOptions labels = new(Smooth: provider == "cpu" ? 0.5f : 0);
        EngineOptions options = new(schedule, Frames: Frames, Labels: labels);
        FrameKeeper expected = new(), actual = new();
        List<string> lines = [];
        Run(LoadStreet(provider), options, expected);
        RunReport report = Run(LoadStreet(provider), options, actual, At(LostAt), lines);
        Assert.Equal((1, (long)Frames), (report.ContextLosses, report.Stats.Count));
        Assert.Equal(Enumerable.Range(0, Frames).Select(i => (long)i), actual.Indices);
        Assert.Equal(expected.Labels, actual.Labels);
        Assert.Equal(expected.Images, actual.Images);
        Assert.Equal((Frames, Frames), (Kinds(expected.Images), Kinds(expected.Labels)));
        string line = Assert.Single(lines);
        Assert.StartsWith($"{Lost} and opened again in ", line, StringComparison.Ordinal);
        Assert.EndsWith(": no frame is lost", line, StringComparison.Ordinal);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void Smoothing_by_shaders_starts_again_with_the_frame_that_was_lost()
    {
        EngineOptions options = new(Schedule.Ahead, Frames: Frames, Labels: new LabelOptions(0.5f));
        FrameKeeper whole = new(), broken = new(), second = new();
        Run(LoadStreet("gl"), options, whole);
        RunReport report = Run(LoadStreet("gl"), options, broken, At(LostAt));
        StreetSource later = Street();
        using Mat skipped = new();
        for (int i = 1; i < LostAt; i++) later.Read(skipped);
        Run(LoadStreet("gl"), options with { Frames = Frames - LostAt + 1 }, second, source: later);
        Assert.Equal([.. whole.Labels[..(LostAt - 1)], .. second.Labels], broken.Labels);
        Assert.NotEqual(whole.Labels, broken.Labels);
        Assert.NotNull(report.Flicker);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void A_context_that_shaders_lose_twice_at_a_frame_leaves_the_network_to_the_CPU()
    {
        EngineOptions options = new(Schedule.Ahead, Frames: Frames, Labels: new LabelOptions());
        FrameKeeper sink = new();
        List<string> lines = [];
        RunReport report = Run(Load("gl"), options, sink, At(LostAt, LostAt + 1), lines);
        Assert.Equal((2, (long)Frames), (report.ContextLosses, report.Stats.Count));
        Assert.Equal([("gl", LostAt - 1L), ("cpu", Frames - LostAt + 1L)], report.Stats.Networks.Select(n => (n.Provider, n.Frames)));
        Assert.Contains(lines, l => l.EndsWith("2 times in a row; from here on the CPU runs the network", StringComparison.Ordinal));
    }

    [Fact]
    public void A_context_that_no_other_one_replaces_ends_the_run_with_complete_outputs()
    {
        RunReport? report = null;
        FrameKeeper sink = new();
        EngineOptions options = new(Schedule.Inline, Frames: Frames);
        UserError e = Assert.Throws<UserError>(() => Run(Load("cpu"), options, sink, At(7, 8, 9, 10), ended: r => report = r));
        Assert.StartsWith($"{Lost}, and 3 new ones", e.Message, StringComparison.Ordinal);
        Assert.Equal((6, true), (sink.Images.Count, sink.IsFinished));
        Assert.Equal((4, 6L), (report!.ContextLosses, report.Stats.Count));
    }

    [Fact]
    public void One_frame_is_no_frames()
    {
        List<string> lines = [];
        Run(Load("cpu"), new EngineOptions(Schedule.Inline, Frames: Frames), new FrameKeeper(), At(2), lines);
        Assert.StartsWith("the OpenGL context was lost after 1 frame (", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Losses_with_frames_between_them_do_not_add_up()
    {
        FrameKeeper sink = new();
        RunReport report = Run(Load("cpu"), new EngineOptions(Schedule.Inline, Frames: Frames), sink, At(1, 3, 5, 7, 9, 11));
        Assert.Equal((6, Frames), (report.ContextLosses, sink.Images.Count));
    }

    /// <summary>A shader that does not compile stands for a driver that is not back yet.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(int.MaxValue)]
    public void What_cannot_be_opened_is_tried_three_times(int failures)
    {
        string file = Path.Combine(AppContext.BaseDirectory, "shaders", "passes", "tint.frag"), original = File.ReadAllText(file);
        List<string> lines = [];
        FrameKeeper sink = new() { Shown = frame => Damage(frame == 4) };
        void Damage(bool now) => File.WriteAllText(file, now ? "#version 330 core\nnonsense" : original);
        void Take(string line)
        {
            lines.Add(line);
            if (lines.Count == failures) Damage(now: false);
        }

        RunReport Go() => Run(Load("cpu"), new EngineOptions(Schedule.Inline, Frames: Frames), sink, At(6), take: Take);
        try
        {
            if (failures < 3) Assert.Equal(1, Go().ContextLosses);
            else Assert.Contains("passes/tint.frag does not compile", Assert.Throws<UserError>(Go).Message, StringComparison.Ordinal);
        }
        finally
        {
            Damage(now: false);
        }

        Assert.Equal((failures < 3 ? Frames : 5, true), (sink.Images.Count, sink.IsFinished));
        Assert.Equal(3, lines.Count); // two failures and the news of success, or three failures
        Assert.Contains("could not be opened again (shader passes/tint.frag does not compile", lines[0], StringComparison.Ordinal);
    }

    /// <summary>On the real clock, by which what stands still is drawn again: one of those looks finds the context lost.</summary>
    [Trait("Set", "Slow")]
    [Theory]
    [InlineData("cpu")]
    [InlineData("gl")]
    public void A_frame_that_is_paused_is_shown_again(string provider)
    {
        using CancellationTokenSource stop = new();
        RemoteControl remote = new();
        List<string> lines = [];
        FrameKeeper sink = new();
        sink.Shown = frame =>
        {
            if (frame == 3) remote.Send(new UserInput(UserKey.Pause));
        };
        sink.Redrawn = image =>
        {
            if (lines.Count == 0) return;
            Assert.Equal(sink.Images[^1], image);
            stop.Cancel();
        };
        Run(Load(provider), new EngineOptions(Schedule.Ahead), sink, At(8), lines, clock: new WallClock(), stop: stop, remote: remote);
        Assert.Single(lines);
        Assert.True(stop.IsCancellationRequested);
    }

    /// <summary>A still image goes to the context once, when it is read.</summary>
    [Fact]
    public void A_backdrop_that_stands_still_is_there_again()
    {
        using TemporaryFolder folder = new();
        using (Mat image = new(24, 32, MatType.CV_8UC3, Scalar.Magenta)) Cv2.ImWrite(folder["behind.png"], image);
        EngineOptions options = new(Schedule.Inline, Frames: Frames);
        RenderOptions render = new() { View = Views.Parse("replace"), Refine = false, Ignore = ["sky", "road", "building"] };
        FrameKeeper expected = new(), actual = new();
        foreach ((FrameKeeper sink, ForcedLosses losses) in ((FrameKeeper, ForcedLosses)[])[(expected, At()), (actual, At(LostAt))])
        {
            using Backdrop backdrop = new(() => new ImageSource(folder["behind.png"], null));
            using Segmenter street = LoadStreet("cpu");
            EngineRun.Of(street, options, Street(), sink, clock: new SteppedClock(), render: render, losses: losses, backdrop: backdrop);
        }

        Assert.Equal(expected.Images, actual.Images);
    }

    private static ForcedLosses At(params int[] looks) => new([.. looks.Select(l => ((long)l, ContextLoss.Innocent))]);

    private static StreetSource Street() => new("synth://3", null);

    private static int Kinds(IEnumerable<string> hashes) => hashes.Distinct(StringComparer.Ordinal).Count();

    /// <summary>A small model whose labels are the same for all frames.</summary>
    private Segmenter Load(string provider) => Segmenter.Load(model.File, new SegmenterOptions(provider, Size: Small), _ => { });

    private static Segmenter LoadStreet(string provider)
    {
        string file = Path.Combine(Repository.Root, "models", "street.onnx");
        return Segmenter.Load(file, new SegmenterOptions(provider, Size: (160, 120)), _ => { });
    }

    private RunReport Run(
        Segmenter segmenter,
        EngineOptions options,
        FrameKeeper sink,
        ForcedLosses? losses = null,
        List<string>? lines = null,
        ISource? source = null,
        FrameClock? clock = null,
        CancellationTokenSource? stop = null,
        RemoteControl? remote = null,
        Action<RunReport>? ended = null,
        Action<string>? take = null)
    {
        void Tell(string line)
        {
            if (line.Contains("context", StringComparison.Ordinal)) (take ?? (lines ?? []).Add)(line);
        }

        return EngineRun.Of(
            segmenter,
            options,
            source ?? Street(),
            sink,
            clock: clock ?? new SteppedClock(),
            ended: ended,
            stop: stop,
            tell: Tell,
            loadForCpu: segmenter.Provider == "gl" ? _ => Load("cpu") : null,
            events: (_, line) => Tell(line),
            losses: losses ?? At(),
            remote: remote);
    }
}
