using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.House;

/// <summary>What a reader's eye can take in.</summary>
public sealed class SourceTests
{
    private const int LongestFile = 320;

    [Fact]
    public void Source_files_fit_a_readers_head()
    {
        foreach (string file in Repository.Sources())
        {
            int lines = File.ReadLines(file).Count();
            Assert.True(lines <= LongestFile, $"{Path.GetRelativePath(Repository.Root, file)} has {lines} lines");
        }
    }
}
