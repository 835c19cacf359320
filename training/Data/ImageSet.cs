using OpenCvSharp;
using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Training.Data;

/// <summary>The files of an image and its labels.</summary>
/// <param name="Image">The image.</param>
/// <param name="Labels">Its labels as an image; empty if they are in annotations alone.</param>
/// <param name="Annotated">The annotation file, and the image's name in it; null for none.</param>
public readonly record struct ImageFiles(string Image, string Labels, (string File, string Name)? Annotated = null);

/// <summary>Images with their labels from files. They stay decoded in memory as far as there is room, labels as classes.</summary>
internal sealed class ImageSet : IDataset
{
    private readonly IReadOnlyList<ImageFiles> _files;
    private readonly SampleCache _cache = SampleCache.Shared;
    private readonly LabelReader _labels;
    private readonly ClassMap _map;

    /// <param name="name">What to call it in messages and manifests.</param>
    /// <param name="files">In the order of the set.</param>
    /// <param name="labels">Reads the label files.</param>
    /// <param name="map">From what they contain to classes; null for all that they contain.</param>
    /// <exception cref="UserError">A file is missing, or there is no such map.</exception>
    public ImageSet(string name, IReadOnlyList<ImageFiles> files, LabelReader labels, string? map)
    {
        (Name, _labels, _map) = (name, labels, labels.Map(map));
        foreach (ImageFiles f in files)
        {
            if (!File.Exists(f.Image)) throw new UserError($"missing image {f.Image} (listed in the split or labelled): add or unlist it");
            if (f.Labels.Length > 0 && !File.Exists(f.Labels))
                throw new UserError($"{f.Image} has no label file {f.Labels}: add it, or remove the image");
        }

        _files = files;
    }

    public string Name { get; }

    public IReadOnlyList<string> ClassNames => _map.Names;

    public int Count => _files.Count;

    public bool CanShow(int label) => _map.Table.Contains((byte)label);

    public Sample Load(int index) => _cache.Get((this, index), () => Read(_files[index]));

    private Sample Read(ImageFiles files)
    {
        Mat image = _labels.Image(files);
        using Mat values = _labels.Values(files, image.Size()), table = Mat.FromPixelData(1, 256, MatType.CV_8UC1, _map.Table.ToArray());
        Mat labels = new();
        Cv2.LUT(values, table, labels);
        return new Sample(image, labels, Path.GetFileName(files.Image));
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
}
