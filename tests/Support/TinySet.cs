using OpenCvSharp;

namespace RealtimeSeg.Tests.Support;

/// <summary>A data set in CamVid's layout that is as small as it gets: an epoch of batches of two is a step.</summary>
internal static class TinySet
{
    /// <summary>Two images of 60×40 to train on and two to validate on, of one class each.</summary>
    public static void Write(string root)
    {
        foreach (string split in new[] { "train", "val" }) Write(Path.Combine(root, split), Path.Combine(root, split + "annot"));
    }

    private static void Write(string images, string annotations)
    {
        Directory.CreateDirectory(images);
        Directory.CreateDirectory(annotations);
        for (int i = 0; i < 2; i++)
        {
            using Mat image = new(40, 60, MatType.CV_8UC3, new Scalar(50, 60, 70 * i));
            using Mat labels = new(40, 60, MatType.CV_8UC1, new Scalar(3));
            Cv2.ImWrite(Path.Combine(images, $"{i}.png"), image);
            Cv2.ImWrite(Path.Combine(annotations, $"{i}.png"), labels);
        }
    }
}
