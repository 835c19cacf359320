using System.Runtime.InteropServices;
using OpenCvSharp;

namespace RealtimeSeg.Training.Data;

/// <summary>How the label files of a set are read: into values, which a class map makes classes of.</summary>
internal abstract class LabelReader
{
    /// <summary>The classes that the values stand for.</summary>
    /// <param name="name">A class map, or null for the set's own.</param>
    /// <exception cref="UserError">No such map.</exception>
    public abstract ClassMap Map(string? name);

    /// <summary>Values of an image's pixels, 8-bit; 255 is void. The caller disposes them.</summary>
    /// <param name="files">The image and its labels.</param>
    /// <param name="size">Of the image.</param>
    /// <exception cref="UserError">The file is no label file.</exception>
    public abstract Mat Values(ImageFiles files, Size size);

    /// <summary>The pixels of a label file.</summary>
    /// <exception cref="UserError">It is no image, or has another size.</exception>
    protected static Mat Pixels(ImageFiles files, Size size)
    {
        Mat raw = ImageSet.Decode(files.Labels, ImreadModes.Unchanged);
        if (raw.Size() == size) return raw;
        using (raw)
        {
            string sizes = $"{files.Labels} is {raw.Width}×{raw.Height}, its image {size.Width}×{size.Height}";
            throw new UserError($"{sizes}: they must be the same size");
        }
    }

    /// <summary>Pixels of one channel.</summary>
    /// <exception cref="UserError">They have several, or are not of 8 bits.</exception>
    protected static Mat Single(Mat raw, string file) => raw.Type() == MatType.CV_8UC1
        ? raw
        : throw new UserError($"{file} has {raw.Channels()} channels: save labels as one channel of 8-bit class indices");

    /// <summary>Values beyond the classes are mistakes, unless the data set declares them void.</summary>
    /// <exception cref="UserError">There is one.</exception>
    protected static Mat Within(Mat values, int last, string file)
    {
        foreach (byte v in values.AsSpan<byte>())
        {
            if (v > last && v != ClassMap.Ignore) throw new UserError($"{file} contains label {v}: allowed are 0–{last} and 255, void");
        }

        return values;
    }
}

/// <summary>One of the known styles: CamVid's and PASCAL VOC's values, or masks.</summary>
internal sealed class StyledLabels(LabelStyle style) : LabelReader
{
    public override ClassMap Map(string? name) => ClassMap.For(style, name);

    public override Mat Values(ImageFiles files, Size size)
    {
        Mat raw = Pixels(files, size);
        int last = style switch { LabelStyle.CamVid => 11, LabelStyle.Voc => 20, _ => 255 };
        if (style != LabelStyle.Voc || raw.Channels() == 1) return Within(Single(raw, files.Labels), last, files.Labels);
        using (raw) return Within(VocPalette.Indices(raw, files.Labels), last, files.Labels);
    }
}

/// <summary>Values or colours that a class file explains.</summary>
internal sealed class ListedLabels(ClassFile classes) : LabelReader
{
    public override ClassMap Map(string? name) => ClassMap.Of(classes.NamesByValue, name);

    public override Mat Values(ImageFiles files, Size size)
    {
        Mat raw = Pixels(files, size);
        if (classes.ValueOf is null) return Within(Single(raw, files.Labels), classes.NamesByValue.Count - 1, files.Labels);
        using (raw) return Looked(raw, files.Labels);
    }

    private Mat Looked(Mat raw, string file)
    {
        using Mat bgr = new();
        if (raw.Channels() == 3) raw.CopyTo(bgr);
        else Cv2.CvtColor(raw, bgr, raw.Channels() == 4 ? ColorConversionCodes.BGRA2BGR : ColorConversionCodes.GRAY2BGR);
        Mat values = new(bgr.Size(), MatType.CV_8UC1);
        ReadOnlySpan<Vec3b> pixels = MemoryMarshal.Cast<byte, Vec3b>(bgr.AsSpan<byte>());
        Span<byte> to = values.AsSpan<byte>();
        (int last, byte value) = (-1, 0); // most pixels are as their neighbour
        for (int i = 0; i < pixels.Length; i++)
        {
            Vec3b p = pixels[i];
            int color = (p.Item2 << 16) | (p.Item1 << 8) | p.Item0;
            if (color != last && !classes.ValueOf!.TryGetValue(color, out value)) throw Unlisted(file, p);
            (last, to[i]) = (color, value);
        }

        return values;
    }

    private UserError Unlisted(string file, Vec3b bgr) => new(
        $"{file} has the colour ({bgr.Item2}, {bgr.Item1}, {bgr.Item0}), which {classes.Path} does not list: "
        + $"add it there, as 'void' if it is no class (masks in JPEG have colours of their own: save PNGs)");
}
