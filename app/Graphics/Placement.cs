namespace RealtimeSeg.Graphics;

/// <summary>Where a picture lies in a larger area: in the middle, as large as fits with its aspect kept. In pixels, from the top left.</summary>
public readonly record struct Placement(int X, int Y, int Width, int Height)
{
    public static Placement Within((int Width, int Height) area, (int Width, int Height) picture)
    {
        double scale = Math.Min(area.Width / (double)picture.Width, area.Height / (double)picture.Height);
        int w = (int)Math.Round(picture.Width * scale), h = (int)Math.Round(picture.Height * scale);
        return new Placement((area.Width - w) / 2, (area.Height - h) / 2, w, h);
    }

    /// <summary>A point of the area in shares of the picture; outside 0–1 it is not on it.</summary>
    public (float X, float Y) ShareOf(double x, double y) => ((float)((x - X) / Width), (float)((y - Y) / Height));
}
