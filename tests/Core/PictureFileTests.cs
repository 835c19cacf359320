using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.Core;

/// <summary>Damaged image files.</summary>
public sealed class PictureFileTests
{
    private const int LengthOfFirstData = 33; // after the signature and the header's chunk

    [Fact]
    public void A_png_that_is_whole_is_read()
    {
        using TemporaryFolder folder = new();
        byte[] png = Png();
        File.WriteAllBytes(folder["i.png"], [.. png, 1, 2, 3]); // what follows its end is not its
        using Mat read = PictureFile.Read(folder["i.png"], ImreadModes.Color);
        Assert.Equal(new Size(64, 48), read.Size());
    }

    [Fact]
    public void A_png_that_claims_gigabytes_takes_none()
    {
        using TemporaryFolder folder = new();
        byte[] png = Png();
        png[LengthOfFirstData] = 0xFF;
        File.WriteAllBytes(folder["i.png"], png);
        File.WriteAllText("/proc/self/clear_refs", "5"); // the peak starts over
        long before = PeakMemory();
        using Mat read = PictureFile.Read(folder["i.png"], ImreadModes.Color);
        Assert.True(read.Empty());
        Assert.InRange(PeakMemory() - before, 0, 2_000_000); // OpenCV alone took 4,200,000
    }

    /// <summary>The claim stands in the last bytes of the file.</summary>
    [Theory]
    [InlineData(8)]
    [InlineData(11)]
    public void A_png_that_ends_in_a_chunks_head_is_none(int left)
    {
        using TemporaryFolder folder = new();
        byte[] png = Png()[..(LengthOfFirstData + left)];
        png[LengthOfFirstData] = 0x7F;
        File.WriteAllBytes(folder["i.png"], png);
        using Mat read = PictureFile.Read(folder["i.png"], ImreadModes.Color);
        Assert.True(read.Empty());
    }

    private static byte[] Png()
    {
        using Mat image = new(48, 64, MatType.CV_8UC3, new Scalar(1, 2, 3));
        return image.ToBytes(".png");
    }

    /// <summary>The most memory that this process has had since it was last reset, in kB.</summary>
    private static long PeakMemory()
    {
        string line = File.ReadLines("/proc/self/status").Single(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
