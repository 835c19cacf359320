using OpenCvSharp;
using RealtimeSeg.Core.Street;

namespace RealtimeSeg.Training.Commands;

/// <summary><c>data sample</c>: a clip of the toy street with its ground truth.</summary>
internal static class DataSample
{
    private const int Width = 480, Height = 360, Rate = 15;

    public static unsafe void Write(string folder, int frames, int seed)
    {
        if (frames < 1) throw new UserError($"--frames {frames}: it must be at least 1");
        string images = Path.Combine(folder, "val"), truth = Path.Combine(folder, "valannot");
        try
        {
            Directory.CreateDirectory(images);
            Directory.CreateDirectory(truth);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserError.CannotWrite(folder, e);
        }

        StreetScene scene = new(seed, Width, Height);
        string clip = Path.Combine(folder, "street.mp4");
        using VideoWriter video = new(clip, VideoWriter.FourCC('m', 'p', '4', 'v'), Rate, new Size(Width, Height));
        if (!video.IsOpened()) throw new UserError($"cannot write {clip}: choose a folder you may write to");
        using Mat image = new(Height, Width, MatType.CV_8UC3), labels = new(Height, Width, MatType.CV_8UC1);
        for (int i = 0; i < frames; i++)
        {
            scene.Render(i / (double)Rate, new Span<byte>(image.DataPointer, Width * Height * 3), new Span<byte>(labels.DataPointer, Width * Height));
            video.Write(image);
            if (!Cv2.ImWrite(Path.Combine(images, $"{i:D4}.png"), image) || !Cv2.ImWrite(Path.Combine(truth, $"{i:D4}.png"), labels))
                throw new UserError($"cannot write pictures to {folder}: is the disk full?");
        }

        Console.WriteLine($"{frames} frames: {clip}, and with labels in {images} and {truth} (CamVid's layout: --data {folder} reads it)");
    }
}
