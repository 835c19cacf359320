using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Street;

namespace RealtimeSeg.Training.Data;

/// <summary>Pictures with their labels tinted over them, side by side in rows, each with a caption: to be looked at.</summary>
public sealed class ContactSheet(IReadOnlyList<int> palette, int columns) : IDisposable
{
    private const int TileWidth = 240, TileHeight = 180, CaptionHeight = 20;
    private const double LabelStrength = 0.45;
    private readonly List<Mat> _tiles = [];

    /// <summary>The colours that a data set's classes get: CamVid's own, or the palette of models without one.</summary>
    public static IReadOnlyList<int> PaletteOf(IReadOnlyList<string> classNames)
        => classNames.SequenceEqual(StreetClasses.Names, StringComparer.Ordinal) ? StreetClasses.Palette : ModelManifest.DefaultPalette(classNames.Count);

    public void Add(Mat image, Mat labels, string caption)
    {
        using Mat picture = Tinted(image, labels), small = new();
        Mat tile = new(TileHeight + CaptionHeight, TileWidth, MatType.CV_8UC3, Scalar.White);
        double scale = Math.Min(TileWidth / (double)picture.Width, TileHeight / (double)picture.Height);
        Cv2.Resize(picture, small, new Size(Math.Max(1, picture.Width * scale), Math.Max(1, picture.Height * scale)), 0, 0, InterpolationFlags.Area);
        using Mat place = new(tile, new Rect((TileWidth - small.Width) / 2, CaptionHeight + ((TileHeight - small.Height) / 2), small.Width, small.Height));
        small.CopyTo(place);
        Cv2.PutText(tile, caption, new Point(3, CaptionHeight - 6), HersheyFonts.HersheySimplex, 0.42, Scalar.Black, 1, LineTypes.AntiAlias);
        _tiles.Add(tile);
    }

    /// <exception cref="UserError">The file cannot be written.</exception>
    public void Save(string path)
    {
        int rows = (_tiles.Count + columns - 1) / columns;
        using Mat sheet = new(Math.Max(1, rows) * (TileHeight + CaptionHeight), columns * TileWidth, MatType.CV_8UC3, Scalar.White);
        for (int i = 0; i < _tiles.Count; i++)
        {
            using Mat place = new(sheet, new Rect(i % columns * TileWidth, i / columns * (TileHeight + CaptionHeight), TileWidth, TileHeight + CaptionHeight));
            _tiles[i].CopyTo(place);
        }

        Cv2.ImEncode(".png", sheet, out byte[] png);
        AtomicFile.Write(path, png);
    }

    /// <summary>The picture with each class's colour over it; ignored pixels stay as they are.</summary>
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
