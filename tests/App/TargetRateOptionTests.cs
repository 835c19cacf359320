using RealtimeSeg.Commands;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

public sealed class TargetRateOptionTests
{
    /// <summary>Whoever names a size gets that size; no number of frames per second stands for the source's own.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(0.0, "--size", "320x240")]
    [InlineData(null, "--size", "320x240", "--target-fps", "auto")]
    [InlineData(12.5, "--target-fps", "12.5", "--size", "320x240")]
    [InlineData(0.0, "--target-fps", "0")]
    public void Live_holds_the_sources_rate_unless_told_otherwise(double? framesPerSecond, params string[] arguments)
        => Assert.Equal(framesPerSecond, Read(Mode.Live, arguments));

    [Fact]
    public void Recordings_keep_the_networks_size()
    {
        Assert.Equal(0, Read(Mode.Replay));
        Assert.Equal(0, Read(Mode.Bench));
        Assert.Null(Read(Mode.Replay, "--target-fps", "AUTO"));
    }

    private static double? Read(Mode mode, params string[] arguments) => ParsedOptions.Read(mode, arguments).Labels.TargetFps;
}
