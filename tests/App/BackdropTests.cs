using OpenCvSharp;
using RealtimeSeg.Engine;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>What moves behind the foreground.</summary>
public sealed class BackdropTests
{
    [Fact]
    public void A_backdrop_plays_on_through_jumps_of_the_video_in_front()
    {
        using TemporaryFolder folder = new();
        for (int i = 0; i < 8; i++)
        {
            using Mat image = new(8, 8, MatType.CV_8UC3, Scalar.All(i));
            Cv2.ImWrite(folder[$"{i}.png"], image);
        }

        using Backdrop backdrop = new(() => new ImageSource(folder.Path, 10));
        (double Seconds, bool Jumped)[] front = [(5, false), (5.11, false), (0, true), (0.11, false), (90, true), (90.11, false)];
        List<int> shown = [];
        foreach ((double seconds, bool jumped) in front)
        {
            backdrop.Follow(seconds, jumped);
            shown.Add(backdrop.Image.At<Vec3b>(0, 0).Item0);
        }

        Assert.Equal([0, 1, 1, 2, 2, 3], shown);
    }
}
