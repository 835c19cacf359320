using OpenCvSharp;

namespace RealtimeSeg.Training.Data;

/// <summary>A PNG with images in rows, their labels tinted over them, each with a caption.</summary>
/// <param name="palette">0xRRGGBB by class.</param>
/// <param name="columns">Images per row.</param>
/// <param name="legend">Names of the classes, which are written under the images with their colours; null for none.</param>
public sealed class ContactSheet(IReadOnlyList<int> palette, int columns, IReadOnlyList<string>? legend = null) : IDisposable
{
    private const int TileWidth = 240, TileHeight = 180, CaptionHeight = 20, EntryWidth = 120, EntryHeight = 22, Swatch = 14;
    private const int LongestCaption = 32, LongestEntry = 12;
    private const double LabelStrength = 0.45;
    private readonly List<Mat> _tiles = [];

    /// <param name="image">8-bit BGR.</param>
    /// <param name="labels">8-bit, of the same size; values that are no class are not tinted.</param>
    /// <param name="caption">Above the image.</param>
    public void Add(Mat image, Mat labels, string caption)
    {
        using Mat tinted = Tinted(image, labels), small = new();
        Mat tile = new(TileHeight + CaptionHeight, TileWidth, MatType.CV_8UC3, Scalar.White);
        double scale = Math.Min(TileWidth / (double)tinted.Width, TileHeight / (double)tinted.Height);
        Size size = new(Math.Max(1, tinted.Width * scale), Math.Max(1, tinted.Height * scale));
        Cv2.Resize(tinted, small, size, 0, 0, InterpolationFlags.Area);
        Point corner = new((TileWidth - size.Width) / 2, CaptionHeight + ((TileHeight - size.Height) / 2));
        using Mat place = new(tile, new Rect(corner, size));
        small.CopyTo(place);
        Write(tile, caption.Length <= LongestCaption ? caption : ".." + caption[^(LongestCaption - 2)..], new Point(3, CaptionHeight - 6));
        _tiles.Add(tile);
    }

    /// <exception cref="UserError">The file cannot be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, ToPng(out _));

    /// <summary>The bytes of the PNG.</summary>
    /// <param name="size">Receives its size in pixels.</param>
    public byte[] ToPng(out Size size)
    {
        const int Height = TileHeight + CaptionHeight;
        int rows = Math.Max(1, (_tiles.Count + columns - 1) / columns), perLine = columns * TileWidth / EntryWidth;
        int lines = legend is null ? 0 : (legend.Count + perLine - 1) / perLine;
        size = new Size(columns * TileWidth, (rows * Height) + (lines * EntryHeight));
        using Mat sheet = new(size, MatType.CV_8UC3, Scalar.White);
        for (int i = 0; i < _tiles.Count; i++)
        {
            using Mat place = new(sheet, new Rect(i % columns * TileWidth, i / columns * Height, TileWidth, Height));
            _tiles[i].CopyTo(place);
        }

        for (int c = 0; c < (legend?.Count ?? 0); c++)
            WriteEntry(sheet, c, new Point(c % perLine * EntryWidth, (rows * Height) + (c / perLine * EntryHeight)));
        Cv2.ImEncode(".png", sheet, out byte[] png);
        return png;
    }

    /// <summary>A class of the legend: its colour and its name.</summary>
    private void WriteEntry(Mat sheet, int c, Point corner)
    {
        int color = palette[c];
        Scalar bgr = new(color & 255, (color >> 8) & 255, color >> 16);
        Cv2.Rectangle(sheet, new Rect(corner.X + 3, corner.Y + 4, Swatch, Swatch), bgr, -1);
        string name = legend![c].Length <= LongestEntry ? legend[c] : legend[c][..LongestEntry];
        Write(sheet, name, new Point(corner.X + Swatch + 7, corner.Y + EntryHeight - 6));
    }

    private static void Write(Mat image, string text, Point baseline)
    {
        if (text.Length == 0) return; // the binding takes no empty text
        Cv2.PutText(image, text, baseline, HersheyFonts.HersheySimplex, 0.42, Scalar.Black, 1, LineTypes.AntiAlias);
    }

    /// <summary>The image with each class's colour over it; ignored pixels stay as they are.</summary>
    private unsafe Mat Tinted(Mat image, Mat labels)
    {
        Mat tinted = image.Clone();
        Span<byte> pixels = new(tinted.DataPointer, (int)tinted.Total() * 3);
        ReadOnlySpan<byte> classes = new(labels.DataPointer, (int)labels.Total());
        for (int i = 0; i < classes.Length; i++)
        {
            if (classes[i] >= palette.Count) continue;
            int color = palette[classes[i]];
            for (int channel = 0; channel < 3; channel++)
            {
                ref byte v = ref pixels[(i * 3) + channel];
                v = (byte)(v + (LabelStrength * (((color >> (8 * channel)) & 255) - v)));
            }
        }

        return tinted;
    }

    public void Dispose() => _tiles.ForEach(t => t.Dispose());
}
