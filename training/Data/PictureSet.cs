using OpenCvSharp;

namespace RealtimeSeg.Training.Data;

/// <summary>Pairs of picture and label files. They stay decoded in memory, labels as classes.</summary>
public sealed class PictureSet : IDataset
{
    private readonly (string Image, string Labels)[] _files;
    private readonly Lazy<Sample>[] _samples;
    private readonly LabelStyle _style;
    private readonly ClassMap _map;

    public PictureSet(string name, IEnumerable<(string Image, string Labels)> files, LabelStyle style, ClassMap map)
    {
        (Name, _style, _map) = (name, style, map);
        _files = [.. files];
        foreach ((string image, string label) in _files)
        {
            if (!File.Exists(image)) throw new UserError($"no picture {image}: it is listed, or has a label");
            if (!File.Exists(label)) throw new UserError($"{image} has no label file {label}");
        }

        _samples = [.. _files.Select(f => new Lazy<Sample>(() => Read(f.Image, f.Labels)))];
    }

    public string Name { get; }

    public IReadOnlyList<string> ClassNames => _map.Names;

    public int Count => _files.Length;

    public Sample Load(int index) => _samples[index].Value;

    private Sample Read(string imageFile, string labelFile)
    {
        Mat image = Decode(imageFile, ImreadModes.Color);
        using Mat raw = Decode(labelFile, ImreadModes.Unchanged);
        using Mat values = _style == LabelStyle.Voc && raw.Channels() > 1 ? VocPalette.Indices(raw, labelFile) : raw.Clone();
        if (values.Type() != MatType.CV_8UC1)
            throw new UserError($"{labelFile} has {values.Channels()} channels: labels are one 8-bit channel of class indices, not colours");
        if (values.Size() != image.Size())
            throw new UserError($"{labelFile} is {values.Width}×{values.Height}, its picture {image.Width}×{image.Height}: they must be the same size");
        CheckRange(values, labelFile);
        Mat labels = new();
        using Mat table = Mat.FromPixelData(1, 256, MatType.CV_8UC1, _map.Table.ToArray());
        Cv2.LUT(values, table, labels);
        return new Sample(image, labels);
    }

    private static Mat Decode(string file, ImreadModes mode)
    {
        UserError Unreadable(Exception? inner = null) => new($"{file} is not a readable picture: replace or remove it", inner);
        try
        {
            Mat picture = Cv2.ImRead(file, mode);
            return picture.Empty() ? throw Unreadable() : picture;
        }
        catch (OpenCVException e)
        {
            throw Unreadable(e); // it claims an impossible size
        }
    }

    /// <summary>Values that mean no class, but are not the void that the data set declares, are mistakes.</summary>
    private unsafe void CheckRange(Mat values, string file)
    {
        int last = _style switch { LabelStyle.CamVid => 11, LabelStyle.Voc => 20, _ => 255 };
        foreach (byte v in new ReadOnlySpan<byte>(values.DataPointer, (int)values.Total()))
        {
            if (v > last && v != ClassMap.Ignore)
                throw new UserError($"{file} holds label {v}: allowed are 0–{last}, and 255 for void");
        }
    }
}
