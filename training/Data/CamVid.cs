using OpenCvSharp;
using RealtimeSeg.Street;

namespace RealtimeSeg.Training.Data;

/// <summary>
/// CamVid in the SegNet tutorial's layout: SPLIT/*.jpg|png beside SPLITannot/NAME.png, one channel of class indices 0–10, 11 = void
/// (Brostow et al. 2009). Pictures stay decoded in memory.
/// </summary>
public sealed class CamVid : IDataset
{
    private const int Void = 11;
    private readonly (string Image, string Labels)[] _files;
    private readonly Lazy<Sample>[] _samples;

    public CamVid(string root, string split)
    {
        Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(root));
        string images = Path.Combine(root, split), labels = Path.Combine(root, split + "annot");
        if (!Directory.Exists(root)) throw new UserError($"no folder {root}: name one with {split}/ and {split}annot/ in it, or use 'synth'");
        if (!Directory.Exists(images) || !Directory.Exists(labels))
            throw new UserError($"{root} is not in CamVid's layout: it needs the folders {split}/ and {split}annot/");
        _files = [.. Directory.EnumerateFiles(images)
            .Where(f => Path.GetExtension(f).ToLowerInvariant() is ".jpg" or ".jpeg" or ".png")
            .Order(StringComparer.Ordinal)
            .Select(f => (f, Path.Combine(labels, Path.GetFileNameWithoutExtension(f) + ".png")))];
        if (_files.Length == 0) throw new UserError($"no pictures (*.jpg, *.png) in {images}");
        foreach ((string image, string label) in _files)
        {
            if (!File.Exists(label)) throw new UserError($"{image} has no label file {label}");
        }

        _samples = [.. _files.Select(f => new Lazy<Sample>(() => Read(f.Image, f.Labels)))];
    }

    public string Name { get; }

    public IReadOnlyList<string> ClassNames => StreetClasses.Names;

    public int Count => _files.Length;

    public Sample Load(int index) => _samples[index].Value;

    private static Sample Read(string imageFile, string labelFile)
    {
        Mat image = Cv2.ImRead(imageFile, ImreadModes.Color);
        if (image.Empty()) throw new UserError($"{imageFile} is not a readable picture: replace or remove it");
        Mat labels = Cv2.ImRead(labelFile, ImreadModes.Unchanged);
        if (labels.Empty()) throw new UserError($"{labelFile} is not a readable picture: replace or remove it");
        if (labels.Type() != MatType.CV_8UC1)
            throw new UserError($"{labelFile} has {labels.Channels()} channels: labels are one 8-bit channel of class indices, not colours");
        if (labels.Size() != image.Size())
            throw new UserError($"{labelFile} is {labels.Width}×{labels.Height}, its picture {image.Width}×{image.Height}: they must be the same size");
        Cv2.MinMaxLoc(labels, out double _, out double largest);
        if (largest > Void && HasOutOfRange(labels))
            throw new UserError($"{labelFile} holds label {largest}: allowed are 0–{Void - 1}, and {Void} or 255 for void");
        return new Sample(image, labels);
    }

    private static bool HasOutOfRange(Mat labels)
    {
        using Mat bad = new();
        Cv2.InRange(labels, new Scalar(Void + 1), new Scalar(254), bad);
        return Cv2.CountNonZero(bad) > 0;
    }
}
