using RealtimeSeg.Sinks;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>How outputs are named.</summary>
public sealed class SinkTests
{
    [Fact]
    public void Every_kind_of_output_has_help_and_takes_its_examples()
    {
        foreach (SinkKind kind in SinkKinds.All)
        {
            Assert.False(string.IsNullOrWhiteSpace(kind.Help));
            Assert.NotEmpty(kind.Examples);
            Assert.All(kind.Examples, name => Assert.Same(kind, SinkKinds.Of(name)));
        }

        Assert.Null(SinkKinds.Of("FILE.txt"));
    }

    [Theory]
    [InlineData(true, "c.webm", "c.mov", "c.png", "c%06d.png")]
    [InlineData(false, "c.webm", "c.mp4")]
    [InlineData(false, "c.png", "null")]
    [InlineData(false)]
    public void Transparency_needs_outputs_that_can_all_hold_it(bool holds, params string[] names)
        => Assert.Equal(holds, SinkFactory.HoldAlpha(names));

    [Theory]
    [InlineData("a%06d.png", "a000007.png", "a??????.png")]
    [InlineData("a%d.png", "a7.png", "a*.png")]
    [InlineData("a.png", "a.png", "a.png")]
    public void Numbered_names_count_and_are_globs(string name, string seventh, string glob)
    {
        Assert.Equal(name != seventh, NumberedName.Matches(name));
        Assert.Equal(seventh, NumberedName.At(name, 7));
        Assert.Equal(glob, NumberedName.Glob(name));
    }
}
