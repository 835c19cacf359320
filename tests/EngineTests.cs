using RealtimeSeg.Engine;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Model;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests;

/// <summary>The whole app on the toy street, rendered headless.</summary>
public sealed class EngineTests(AppModel model) : IClassFixture<AppModel>
{
    private static readonly (int, int) Small = (160, 120);

    [Fact]
    public void All_schedules_show_the_same_pictures()
    {
        ulong[] Hashes(Schedule schedule)
        {
            RecordingSink sink = new();
            RunReport report = Run(new EngineOptions(schedule, Frames: 12), new StreetSource("synth://3", null), sink, hud: false);
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

    [Theory]
    [InlineData(Schedule.Ahead)]
    [InlineData(Schedule.Pipelined)]
    public void Latest_wins_accounts_for_every_frame_it_read(Schedule schedule)
    {
        RecordingSink sink = new();
        RunReport report = Run(new EngineOptions(schedule, LatestWins: true, Frames: 60), new StreetSource("synth://3", null), sink, hud: false);
        Assert.Equal(60, report.Read);
        Assert.Equal(60, report.Stats.Count + report.Dropped);
        Assert.True(report.Stats.Count > 0);
    }

    [Fact]
    public void A_paced_replay_keeps_to_the_sources_rate_on_the_injected_clock()
    {
        SteppedClock clock = new();
        Run(new EngineOptions(Schedule.Inline, Paced: true, Frames: 10), new StreetSource("synth://3", 20), new RecordingSink(), hud: true, clock);
        Assert.Equal(10 * 50_000_000L, clock.Now);
    }

    [Theory]
    [InlineData(Schedule.Ahead)]
    [InlineData(Schedule.Pipelined)]
    public void Steady_state_allocates_under_a_kilobyte_a_frame_and_collects_no_gen2(Schedule schedule)
    {
        RunReport report = Run(new EngineOptions(schedule, Frames: 300, WarmUp: 30, Smooth: 0.5f), new StreetSource("synth://3", null), new NullSink(), hud: true);
        Assert.Equal(300, report.Stats.Count);
        Assert.True(report.ManagedBytesPerFrame <= 1024, $"{report.ManagedBytesPerFrame:F0} bytes a frame");
        Assert.Equal(0, report.Gen2Collections);
    }

    [Fact]
    public void A_source_that_fails_ends_the_run_with_its_message_in_every_schedule()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["0.png"], [1, 2, 3]);
        foreach (Schedule schedule in Enum.GetValues<Schedule>())
        {
            UserError e = Assert.Throws<UserError>(() => Run(new EngineOptions(schedule), new ImageSource(folder.Path, null), new RecordingSink(), hud: false));
            Assert.Contains("0.png", e.Message, StringComparison.Ordinal);
        }
    }

    private RunReport Run(EngineOptions options, ISource source, ISink sink, bool hud, FrameClock? clock = null)
    {
        using Segmenter segmenter = model.Load(Small);
        using EglContext context = new();
        using Renderer renderer = new(context.Gl, segmenter.Manifest.Classes, segmenter.Manifest.Palette, new RenderOptions { Hud = hud });
        using (source)
        using (sink)
        using (CancellationTokenSource stop = new())
            return new FrameEngine(new EngineParts(source, segmenter, context, renderer, [sink], clock ?? new WallClock(), stop), options).Run();
    }

    /// <summary>A real sink that keeps a hash of each picture.</summary>
    private sealed class RecordingSink : ISink
    {
        public List<ulong> Hashes { get; } = [];

        public void Present(Renderer renderer)
        {
            ulong hash = 14695981039346656037;
            foreach (byte b in renderer.Pixels()) hash = (hash ^ b) * 1099511628211;
            Hashes.Add(hash);
        }

        public string? Finish() => null;

        public void Dispose()
        {
            // Nothing to release.
        }
    }
}
