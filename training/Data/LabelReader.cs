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

    /// <summary>An image's pixels, 8-bit BGR, as its labels see them. The caller disposes them.</summary>
    /// <exception cref="UserError">It is no image, or not the one that its labels are for.</exception>
    public virtual Mat Image(ImageFiles files) => ImageSet.Decode(files.Image, ImreadModes.Color);

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

    /// <summary>Class indices, 8-bit: pixels of one channel, of 8 bits or of 16 that fit in 8, or indices into a PNG's palette.</summary>
    /// <exception cref="UserError">They are none of these, or of another size than the image.</exception>
    protected static Mat Indices(ImageFiles files, Size size)
    {
        Mat raw = Pixels(files, size);
        if (raw.Type() == MatType.CV_8UC1) return raw;
        using (raw)
        {
            if (PalettePng.Indices(files.Labels) is { } indices) return indices;
            if (raw.Type() != MatType.CV_16UC1)
                throw new UserError($"{Described(raw, files.Labels)}: save labels as one channel of 8-bit class indices");
            Cv2.MinMaxLoc(raw, out double _, out double most);
            if (most > ClassMap.Ignore) throw new UserError($"{files.Labels} contains label {most}: allowed are 0–254 and 255, void");
            Mat narrow = new();
            raw.ConvertTo(narrow, MatType.CV_8UC1);
            return narrow;
        }
    }

    /// <summary>What a file's pixels are made of, for messages.</summary>
    protected static string Described(Mat raw, string file)
        => $"{file} has {raw.Channels()} channel{(raw.Channels() == 1 ? "" : "s")} of {8 * raw.ElemSize1()} bits";

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

    public override Mat Values(ImageFiles files, Size size) => style switch
    {
        LabelStyle.Binary => Mask(files, size),
        LabelStyle.Voc => Voc(files, size),
        _ => Within(Indices(files, size), last: 11, files.Labels),
    };

    /// <summary>By the colours of VOC's palette, which tools may have put in another order, or by values.</summary>
    private static Mat Voc(ImageFiles files, Size size)
    {
        const int Last = 20;
        Mat raw = Pixels(files, size);
        using (raw)
        {
            if (raw.Type() == MatType.CV_8UC3 || raw.Type() == MatType.CV_8UC4)
                return Within(VocPalette.Indices(raw, files.Labels), Last, files.Labels);
        }

        return Within(Indices(files, size), Last, files.Labels);
    }

    /// <summary>Black and white, also in three channels that are the same.</summary>
    private static Mat Mask(ImageFiles files, Size size)
    {
        Mat raw = Pixels(files, size);
        if (raw.Type() == MatType.CV_8UC1) return raw;
        using (raw)
        {
            string remedy = $"save masks in black and white, 8 bits, or list what they hold in {ClassFile.DefaultName}";
            if (raw.Type() != MatType.CV_8UC3) throw new UserError($"{Described(raw, files.Labels)}: {remedy}");
            foreach (Vec3b p in MemoryMarshal.Cast<byte, Vec3b>(raw.AsSpan<byte>()))
            {
                if (p.Item0 != p.Item1 || p.Item1 != p.Item2)
                    throw new UserError($"{files.Labels} has the colour ({p.Item2}, {p.Item1}, {p.Item0}): {remedy}");
            }

            return raw.ExtractChannel(0);
        }
    }
}

/// <summary>Values or colours that a class file explains.</summary>
internal sealed class ListedLabels(ClassFile classes) : LabelReader
{
    public override ClassMap Map(string? name) => ClassMap.Of(classes.NamesByValue, name);

    public override Mat Values(ImageFiles files, Size size)
    {
        if (classes.ValueOf is null) return Within(Indices(files, size), classes.NamesByValue.Count - 1, files.Labels);
        using Mat raw = Pixels(files, size);
        return raw.ElemSize1() == 1
            ? Looked(raw, files.Labels)
            : throw new UserError($"{Described(raw, files.Labels)}: save colours in 8 bits");
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
