using RealtimeSeg.Engine;
using RealtimeSeg.Sinks;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>What is told of a run while it goes on.</summary>
public sealed class RunLogTests(AppModel model) : IClassFixture<AppModel>
{
    [Fact]
    public void A_lost_source_dropped_frames_and_the_network_are_told_line_by_line()
    {
        List<(LogLevel Level, string Text)> told = [];
        LostSource source = new();
        void Hear(LogLevel level, string text)
        {
            told.Add((level, text));
            source.Hear(text);
        }

        EngineRun.Of(model.Load((160, 120)), new EngineOptions(LatestWins: true), source, new NullSink(), events: Hear);

        Assert.Equal((LogLevel.Warning, "yard: reconnecting"), told.Find(t => t.Level == LogLevel.Warning));
        Assert.Matches(@"^yard: there again after \d+\.\d s$", told.Find(t => t.Text.Contains("again", StringComparison.Ordinal)).Text);
        Assert.Contains((LogLevel.Info, "3 frames dropped since newer ones came, 3 in all"), told);
        Assert.Single(told, t => t.Level == LogLevel.Debug && t.Text.StartsWith("the network is ", StringComparison.Ordinal));
    }
}
