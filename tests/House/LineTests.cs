using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.House;

/// <summary>Sizes that a reader can take in. Methods are counted by the build (MA0051).</summary>
public sealed class LineTests
{
    private const int LongestFile = 320, LongestLine = 140;

    [Fact]
    public void Source_files_fit_a_readers_head()
    {
        foreach (string file in Repository.Sources())
        {
            int lines = File.ReadLines(file).Count();
            Assert.True(lines <= LongestFile, $"{Path.GetRelativePath(Repository.Root, file)} has {lines} lines");
        }
    }

    /// <summary>The build's rule (RCS0056) exempts comments and long strings, and does not read shaders, pages and scripts.</summary>
    [Fact]
    public void Lines_fit_a_readers_screen()
    {
        string[] tooLong = [.. Repository.Sources().SelectMany(TooLong)];
        Assert.True(tooLong.Length == 0, $"lines over {LongestLine} characters:\n{string.Join('\n', tooLong)}");
    }

    private static IEnumerable<string> TooLong(string file) => File.ReadLines(file)
        .Select((line, i) => (line.Length, At: $"{Path.GetRelativePath(Repository.Root, file)}:{i + 1}"))
        .Where(l => l.Length > LongestLine)
        .Select(l => $"{l.At} has {l.Length}");
}
