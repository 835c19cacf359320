using ScottPlot;
using SkiaSharp;

namespace RealtimeSeg.Commands;

/// <summary>Plots as an image file: .png, or .svg.</summary>
internal static class PlotFile
{
    public static readonly string[] Extensions = [".png", ".svg"];

    /// <summary>Writes plots, one above the other; returns the name that the file got.</summary>
    /// <param name="path">The file.</param>
    /// <param name="size">Of all plots together, in pixels.</param>
    /// <param name="overwrite">Whether a file of that name may be replaced.</param>
    /// <param name="plots">From the top.</param>
    /// <exception cref="UserError">The file cannot be written.</exception>
    public static string Write(string path, (int Width, int Height) size, bool overwrite, params Plot[] plots)
    {
        bool isSvg = path.EndsWith(".svg", StringComparison.OrdinalIgnoreCase);
        return AtomicFile.Write(path, isSvg ? Svg(size, plots) : Png(size, plots), overwrite);
    }

    private static byte[] Svg((int Width, int Height) size, Plot[] plots)
    {
        using MemoryStream bytes = new();
        using (SKCanvas canvas = SKSvgCanvas.Create(new SKRect(0, 0, size.Width, size.Height), bytes)) Draw(canvas, size, plots);
        return bytes.ToArray();
    }

    private static byte[] Png((int Width, int Height) size, Plot[] plots)
    {
        using SKSurface surface = SKSurface.Create(new SKImageInfo(size.Width, size.Height));
        Draw(surface.Canvas, size, plots);
        using SKImage image = surface.Snapshot();
        using SKData data = image.Encode();
        return data.ToArray();
    }

    private static void Draw(SKCanvas canvas, (int Width, int Height) size, Plot[] plots)
    {
        float height = (float)size.Height / plots.Length;
        for (int i = 0; i < plots.Length; i++)
        {
            using SKAutoCanvasRestore own = new(canvas);
            canvas.ClipRect(new SKRect(0, i * height, size.Width, (i + 1) * height)); // a plot clears all that it may draw on
            plots[i].Render(canvas, new PixelRect(0, size.Width, (i + 1) * height, i * height));
        }
    }
}
