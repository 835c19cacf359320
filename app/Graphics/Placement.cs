namespace RealtimeSeg.Graphics;

/// <summary>
/// Where an image lies in a larger area: in its middle, as large as fits with the aspect kept. In pixels, from the top left.
/// </summary>
public readonly record struct Placement(int X, int Y, int Width, int Height)
{
    public static Placement Within((int Width, int Height) area, (int Width, int Height) image)
    {
        double scale = Math.Min(area.Width / (double)image.Width, area.Height / (double)image.Height);
        int w = (int)Math.Round(image.Width * scale), h = (int)Math.Round(image.Height * scale);
        return new Placement((area.Width - w) / 2, (area.Height - h) / 2, w, h);
    }

    /// <summary>A point of the area as shares of the image's size; outside 0–1 it is beside the image.</summary>
    public (float X, float Y) ShareOf(double x, double y) => ((float)((x - X) / Width), (float)((y - Y) / Height));
}
