using SkiaSharp;

namespace RealtimeSeg.Graphics.Hud;

/// <summary>Font, paint and spacing of the panels: text in rows from the top.</summary>
internal sealed class HudPen : IDisposable
{
    public static readonly SKColor Ink = new(238, 240, 244), Faint = new(238, 240, 244, 110), Alarm = new(255, 120, 90);

    /// <summary>Text is not condensed below this share of its width.</summary>
    private const float Narrowest = 0.6f;

    /// <summary>Found once: a look-up reads the system's list of fonts.</summary>
    private static readonly SKTypeface Face = SKTypeface.FromFamilyName("DejaVu Sans");

    private readonly SKPaint _paint = new() { IsAntialias = true };

    /// <param name="size">Of the font, in pixels.</param>
    public HudPen(float size)
    {
        Size = size;
        Row = size * 1.35f;
        Font = new SKFont(Face, size);
    }

    public float Size { get; }

    /// <summary>Height of a row.</summary>
    public float Row { get; }

    /// <summary>Between a panel's edge and its text.</summary>
    public float Margin => Row * 0.4f;

    public SKFont Font { get; }

    /// <summary>Size of the font for an image of this height.</summary>
    public static float SizeFor(int imageHeight) => Math.Clamp(imageHeight / 40f, 10, 26);

    /// <summary>Height in pixels of a panel with this many rows.</summary>
    public int HeightOf(int rows) => (int)(Row * (rows + 0.6f));

    public float Baseline(int row) => (row + 1.05f) * Row;

    /// <summary>The paint in a colour; valid until the next call.</summary>
    public SKPaint In(SKColor color)
    {
        _paint.Color = color;
        return _paint;
    }

    public void Write(SKCanvas canvas, int row, string text, float indent = 0, SKColor? color = null)
        => canvas.DrawText(text, Margin + indent, Baseline(row), SKTextAlign.Left, Font, In(color ?? Ink));

    /// <summary>
    /// Writes a row, shortened in its middle if condensing alone would not make it fit: beginnings and ends tell names apart.
    /// </summary>
    public void WriteShortened(SKCanvas canvas, int row, string text, float width)
    {
        float room = (width - (2 * Margin)) / Narrowest;
        for (int kept = text.Length - 1; kept > 2 && Font.MeasureText(text) > room; kept--)
            text = $"{text[..(kept / 2)]}…{text[^(kept - (kept / 2))..]}";
        WriteWithin(canvas, row, text, width);
    }

    /// <summary>Writes a row, condensed to fit the width as far as it stays legible.</summary>
    public void WriteWithin(SKCanvas canvas, int row, string text, float width, SKColor? color = null)
    {
        Font.ScaleX = Math.Clamp((width - (2 * Margin)) / Math.Max(1, Font.MeasureText(text)), Narrowest, 1);
        Write(canvas, row, text, 0, color);
        Font.ScaleX = 1;
    }

    public void Dispose()
    {
        Font.Dispose();
        _paint.Dispose();
    }
}
