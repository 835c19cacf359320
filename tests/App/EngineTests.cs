using OpenCvSharp;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Engine;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Graphics.Hud;
using RealtimeSeg.Inference;
using RealtimeSeg.Input;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>The whole app on the toy street, rendered headless.</summary>
public sealed class EngineTests(AppModel model) : IClassFixture<AppModel>
{
    private static readonly (int, int) Small = (160, 120);

    [Trait("Set", "Slow")]
    [Fact]
    public void All_schedules_show_the_same_images()
    {
        ulong[] Hashes(Schedule schedule)
        {
            RecordingSink sink = new();
            RunReport report = Run(new EngineOptions(schedule, Frames: 12), Street(), sink);
            Assert.Equal(12, report.Stats.Count);
            Assert.Equal(12, report.Read);
            Assert.Equal(0, report.Dropped);
            return [.. sink.Hashes];
        }

        ulong[] inline = Hashes(Schedule.Inline);
        Assert.Equal(inline, Hashes(Schedule.Pipelined));
        Assert.Equal(inline, Hashes(Schedule.Ahead));
        Assert.Equal(12, inline.Distinct().Count());
    }

    [Trait("Set", "Slow")]
    [Theory]
    [InlineData(Schedule.Ahead)]
    [InlineData(Schedule.Pipelined)]
    public void Latest_wins_shows_as_many_frames_as_asked_for_and_accounts_for_every_one_it_read(Schedule schedule)
    {
        CountedSource street = new(Street());
        SlowSink sink = new(street, frames: 3);
        RunReport report = Run(new EngineOptions(schedule, LatestWins: true, Frames: 8), street, sink);
        Assert.Equal((8, 8), (report.Stats.Count, sink.Shown));
        const int Slots = 5; // what may be on its way when the last frame was shown
        Assert.InRange(report.Read - report.Stats.Count - report.Dropped, 0, Slots);
        Assert.True(report.Dropped >= 8, $"{report.Dropped} dropped");
    }

    /// <summary>The size changes between frames, as when --target-fps has it: each size has its own figures.</summary>
    [Fact]
    public void Each_size_of_a_network_has_its_frames_and_times()
    {
        using TemporaryFolder folder = new();
        for (int i = 0; i < 7; i++)
        {
            using Mat image = new(i < 5 ? 48 : 96, 64, MatType.CV_8UC3, Scalar.Gray);
            Cv2.ImWrite(folder[$"{i}.png"], image);
        }

        RunReport report = Run(new EngineOptions(Schedule.Inline), new ImageSource(folder.Path, null), new RecordingSink());
        Assert.Equal([5L, 2L], report.Stats.Networks.Select(n => n.Frames));
        Assert.Equal(2, report.Stats.Networks.Select(n => n.Size).Distinct().Count());
        Assert.All(report.Stats.Networks, n => Assert.True(n.Infer.P50 > 0 && n.CaptureToPresent.P50 >= n.Infer.P50));
        Assert.All(report.Stats.Networks, n => Assert.Equal(("random", "cpu"), (n.Name, n.Provider)));
    }

    [Fact]
    public void A_paced_replay_keeps_to_the_sources_rate_on_the_injected_clock()
    {
        SteppedClock clock = new();
        EngineOptions options = new(Schedule.Inline, Paced: true, Frames: 10);
        Run(options, new StreetSource("synth://3", 20), new RecordingSink(), HudDetail.Full, clock);
        Assert.Equal(9 * 50_000_000L, clock.Now); // the first is due at once
    }

    /// <summary>Three frames came that the source gave no chance to read: what is shown and dropped is what came.</summary>
    [Fact]
    public void Frames_that_were_never_read_are_told_apart()
    {
        RunReport report = Run(new EngineOptions(Schedule.Inline), new BriefSource(), new RecordingSink());
        Assert.Equal((1, 3, 3), (report.Read, report.Unread, report.Dropped));
        Assert.Equal(report.Read + report.Unread, report.Stats.Count + report.Dropped);
    }

    [Trait("Set", "Slow")]
    [Theory]
    [InlineData(Schedule.Inline)]
    [InlineData(Schedule.Pipelined)]
    public void Masks_are_kept_for_the_frames_between(Schedule schedule)
    {
        RecordingSink sink = new();
        RunReport report = Run(new EngineOptions(schedule, Frames: 12, Labels: new LabelOptions(Every: 4)), Street(), sink);
        Assert.Equal(9, report.Stats.MasksKept);
        Assert.True(report.Stats.Of(Stage.Infer).P50 > 0); // of those that the network ran on
        Assert.Equal([0, 4, 8], Enumerable.Range(0, 12).Where(i => sink.Ages[i] == 0));
        Assert.Equal(12, sink.Hashes.Distinct().Count()); // the images go on
    }

    [Fact]
    public void A_still_image_is_labelled_once_and_again_when_something_moves()
    {
        using TemporaryFolder folder = new();
        using Mat still = new(120, 160, MatType.CV_8UC3, new Scalar(90, 120, 60)), moved = still.Clone();
        Cv2.Rectangle(moved, new Rect(40, 40, 12, 12), Scalar.White, -1);
        for (int i = 0; i < 8; i++) Cv2.ImWrite(folder[$"{i}.png"], i < 5 ? still : moved);
        RecordingSink sink = new();
        EngineOptions options = new(Schedule.Inline, Labels: new LabelOptions(SkipStill: true));
        RunReport report = Run(options, new ImageSource(folder.Path, null), sink);
        Assert.Equal(6, report.Stats.MasksKept);
        Assert.Equal([0, 5], Enumerable.Range(0, 8).Where(i => sink.Ages[i] == 0));
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void A_target_rate_out_of_reach_uses_the_smallest_size()
    {
        EngineOptions options = new(Schedule.Inline, Frames: 40, Labels: new LabelOptions(0.5f, TargetFps: 1000));
        RunReport report = Run(options, Street(), new NullSink(), HudDetail.Full);
        Assert.Equal(40, report.Stats.Count);
        Assert.Equal((77, 58), report.NetworkSize); // 0.48 × 160×120
    }

    /// <summary>The size is chosen before the source is read: no frame waits for it.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public void The_sources_own_rate_is_held_from_the_first_frame()
    {
        List<string> lines = [];
        EngineOptions options = new(Schedule.Inline, Frames: 3, Labels: new LabelOptions(TargetFps: null));
        RunReport report = Run(options, new StreetSource("synth://3", 1000), new NullSink(), tell: lines.Add);
        Assert.Equal((77, 58), report.NetworkSize);
        string outOfReach = "1000 frames/s are out of reach: random takes longer even at 77×58; --target-fps 0 keeps its own size";
        Assert.Equal(outOfReach, Assert.Single(lines));
        lines.Clear();
        report = Run(options, new StreetSource("synth://3", 0.5), new NullSink(), tell: lines.Add);
        Assert.Equal((160, 120), report.NetworkSize);
        Assert.Equal("for 0.5 frames/s random begins at 160×120; --target-fps 0 keeps its own size", Assert.Single(lines));
    }

    [Fact]
    public void A_network_of_one_size_runs_at_it_where_the_rate_is_the_sources_own()
    {
        using TemporaryFolder folder = new();
        EngineOptions options = new(Schedule.Inline, Frames: 2, Labels: new LabelOptions(TargetFps: null));
        RunReport report = Run(options, Street(), new NullSink(), segmenter: OneSize(folder));
        Assert.Equal((2, (96, 64)), (report.Stats.Count, report.NetworkSize!.Value));
    }

    [Theory]
    [Trait("Set", "Slow")]
    [InlineData(Schedule.Ahead)]
    [InlineData(Schedule.Pipelined)]
    public void Steady_state_allocates_under_a_kilobyte_per_frame_and_collects_no_gen2(Schedule schedule)
    {
        EngineOptions options = new(schedule, Frames: 300, WarmUp: 30, Labels: new LabelOptions(0.5f));
        RunReport report = Run(options, Street(), new NullSink(), HudDetail.Full);
        Assert.Equal(300, report.Stats.Count);
        Assert.True(report.ManagedBytesPerFrame <= 1024, $"{report.ManagedBytesPerFrame:F0} bytes per frame");
        Assert.Equal(0, report.Gen2Collections);
    }

    /// <summary>Stills go to out/ in the current folder, which is a file here.</summary>
    [SkippableFact]
    public void A_still_that_cannot_be_written_is_an_alarm_and_the_run_goes_on()
    {
        using Segmenter segmenter = model.Load(Small);
        using ModelShelf models = new([model.File], 0, model.Load(Small), _ => throw new UserError("no other model"));
        using EglContext context = new();
        using Renderer renderer = new(context.Gl, segmenter.Manifest.Classes, segmenter.Manifest.Palette, new RenderOptions());
        using FrameSlot slot = new();
        using CancellationTokenSource stop = new();
        using StreetSource street = Street();
        street.Read(slot.Image);
        segmenter.Fit(slot);
        segmenter.Infer(slot);
        renderer.Upload(slot);
        Controls controls = new(renderer, models, stop);
        Skip.If(Path.Exists("out"), "there is an out/ in the test's folder");
        File.WriteAllText("out", "");
        try
        {
            controls.On(new UserInput(UserKey.Still));
            Assert.StartsWith("cannot write out/still-001.png", controls.Status!.Value.Text, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete("out");
        }

        Assert.False(stop.IsCancellationRequested);
        controls.On(new UserInput(UserKey.Pause));
        Assert.Null(controls.Status);
    }

    [Fact]
    public void A_network_of_one_size_is_refused_where_its_size_is_to_be_chosen()
    {
        using TemporaryFolder folder = new();
        EngineOptions options = new(Schedule.Inline, Frames: 2, Labels: new LabelOptions(TargetFps: 30));
        UserError e = Assert.Throws<UserError>(() => Run(options, Street(), new NullSink(), segmenter: OneSize(folder)));
        Assert.StartsWith("--target-fps: m takes 96×64 only", e.Message, StringComparison.Ordinal);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void A_source_that_fails_ends_the_run_with_its_message_in_every_schedule()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["0.png"], [1, 2, 3]);
        foreach (Schedule schedule in Enum.GetValues<Schedule>())
        {
            ImageSource source = new(folder.Path, null);
            UserError e = Assert.Throws<UserError>(() => Run(new EngineOptions(schedule), source, new RecordingSink()));
            Assert.Contains("0.png", e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(Schedule.Inline)]
    [InlineData(Schedule.Pipelined)]
    public void A_run_that_fails_completes_its_outputs_and_reports_what_it_did(Schedule schedule)
    {
        using TemporaryFolder folder = new();
        RunReport? report = null;
        Exception e = Assert.ThrowsAny<Exception>(() => Run(
            new EngineOptions(schedule), new EndingSource(), new ImageSink(folder["last.png"], Studio.Context()), ended: r => report = r));
        Assert.Equal("the device is gone", e.Message);
        Assert.True(File.Exists(folder["last.png"]));
        Assert.Equal([folder["last.png"]], report!.Outputs);
        Assert.Equal(3, report.Stats.Count);
    }

    [Fact]
    public async Task A_source_that_hangs_does_not_hold_up_the_end_when_there_is_no_more_time()
    {
        CancellationTokenSource stop = new(); // the run's
        using CancellationTokenSource overdue = new();
        using HangingSource source = new(begins: () =>
        {
            overdue.Cancel();
            stop.Cancel();
        });
        Task<RunReport> run = Task.Run(() => Run(new EngineOptions(), source, new RecordingSink(), stop: stop, overdue: overdue.Token));
        RunReport report = await run.WaitAsync(TimeSpan.FromSeconds(50));
        Assert.Equal(1, report.Read);
    }

    /// <summary>A camera's images come 50 ms after they are asked for, and take 7 ms to decode.</summary>
    [Fact]
    public void Waiting_for_a_camera_is_no_work_and_what_it_skipped_is_dropped()
    {
        SteppedClock clock = new();
        RunReport report = Run(new EngineOptions(Schedule.Inline, Frames: 5), new LateSource(clock), new RecordingSink(), clock: clock);
        Assert.Equal(7, report.Stats.Of(Stage.Capture).P50, 1);
        Assert.Equal(7, report.Stats.CaptureToPresent.P50, 1);
        Assert.Equal(57, report.Stats.Period.P50, 0);
        Assert.Equal(3, report.Dropped);
    }

    private static StreetSource Street() => new("synth://3", null);

    /// <summary>A third-party network for images of 96×64 only.</summary>
    private static Segmenter OneSize(TemporaryFolder folder)
    {
        GraphBuilder g = new();
        Value x = g.Input("image", ElementType.Float, new Shape(1, 3, 64, 96));
        File.WriteAllBytes(folder["m.onnx"], OnnxWriter.Write(g, [g.Rename(Relu.Emit(g, x), "scores")]));
        return Segmenter.Load(folder["m.onnx"], new SegmenterOptions(ExecutionProviders.Cpu), _ => { });
    }

    private RunReport Run(
        EngineOptions options,
        ISource source,
        ISink sink,
        HudDetail hud = HudDetail.None,
        FrameClock? clock = null,
        Segmenter? segmenter = null,
        Action<RunReport>? ended = null,
        CancellationTokenSource? stop = null,
        Action<string>? tell = null,
        CancellationToken overdue = default)
    {
        return EngineRun.Of(segmenter ?? model.Load(Small), options, source, sink, hud, clock, ended, stop, tell, overdue: overdue);
    }

    /// <summary>A real sink that keeps a hash of each image.</summary>
    private sealed class RecordingSink : ISink
    {
        public List<ulong> Hashes { get; } = [];

        /// <summary>How much older than its frame each mask was, in nanoseconds.</summary>
        public List<long> Ages { get; } = [];

        public void Present(Renderer renderer, FrameSlot slot)
        {
            ulong hash = 14695981039346656037;
            foreach (byte b in renderer.Pixels()) hash = (hash ^ b) * 1099511628211;
            Hashes.Add(hash);
            Ages.Add(slot[Stamp.Arrived] - slot.LabelledFrom);
        }

        public string? Finish() => null;

        public void Dispose()
        {
            // Nothing to release.
        }
    }
}
