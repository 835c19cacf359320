using OpenCvSharp;
using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Training.Data;

/// <summary>The files of an image and its labels.</summary>
public readonly record struct ImageFiles(string Image, string Labels);

/// <summary>Pairs of image and label files. They stay decoded in memory as far as there is room, labels as classes.</summary>
public sealed class ImageSet : IDataset
{
    private readonly IReadOnlyList<ImageFiles> _files;
    private readonly SampleCache _cache = SampleCache.Shared;
    private readonly LabelStyle _style;
    private readonly ClassMap _map;

    /// <param name="name">What to call it in messages and manifests.</param>
    /// <param name="files">In the order of the set.</param>
    /// <param name="style">What the label files contain.</param>
    /// <param name="map">From that to classes.</param>
    /// <exception cref="UserError">A file is missing.</exception>
    public ImageSet(string name, IReadOnlyList<ImageFiles> files, LabelStyle style, ClassMap map)
    {
        Name = name;
        _style = style;
        _map = map;
        foreach (ImageFiles f in files)
        {
            if (!File.Exists(f.Image)) throw new UserError($"missing image {f.Image} (listed in the split or labelled): add or unlist it");
            if (!File.Exists(f.Labels)) throw new UserError($"{f.Image} has no label file {f.Labels}: add it, or remove the image");
        }

        _files = files;
    }

    public string Name { get; }

    public IReadOnlyList<string> ClassNames => _map.Names;

    public int Count => _files.Count;

    public Sample Load(int index) => _cache.Get((this, index), () => Read(_files[index]));

    private Sample Read(ImageFiles files)
    {
        Mat image = Decode(files.Image, ImreadModes.Color);
        using Mat raw = Decode(files.Labels, ImreadModes.Unchanged);
        using Mat values = _style == LabelStyle.Voc && raw.Channels() > 1 ? VocPalette.Indices(raw, files.Labels) : raw.Clone();
        if (values.Type() != MatType.CV_8UC1)
            throw new UserError($"{files.Labels} has {values.Channels()} channels: save labels as one channel of 8-bit class indices");
        if (values.Size() != image.Size())
        {
            throw new UserError(
                $"{files.Labels} is {values.Width}×{values.Height}, its image {image.Width}×{image.Height}: they must be the same size");
        }

        CheckRange(values, files.Labels);

        Mat labels = new();
        using Mat table = Mat.FromPixelData(1, 256, MatType.CV_8UC1, _map.Table.ToArray());
        Cv2.LUT(values, table, labels);
        return new Sample(image, labels);
    }

    /// <summary>An image file's pixels.</summary>
    /// <exception cref="UserError">It is no image.</exception>
    internal static Mat Decode(string file, ImreadModes mode)
    {
        UserError Unreadable(Exception? inner = null) => new($"{file} is not a readable image: replace or remove it", inner);
        try
        {
            Mat image = PictureFile.Read(file, mode);
            return image.Empty() ? throw Unreadable() : image;
        }
        catch (OpenCVException e)
        {
            throw Unreadable(e); // its header has an impossible size
        }
    }

    /// <summary>Values beyond the classes are mistakes, unless the data set declares them void.</summary>
    private void CheckRange(Mat values, string file)
    {
        int last = _style switch { LabelStyle.CamVid => 11, LabelStyle.Voc => 20, _ => 255 };
        foreach (byte v in values.AsSpan<byte>())
        {
            if (v > last && v != ClassMap.Ignore) throw new UserError($"{file} contains label {v}: allowed are 0–{last} and 255, void");
        }
    }
}
