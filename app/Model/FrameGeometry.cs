namespace RealtimeSeg.Model;

/// <summary>All size arithmetic between a captured frame and the network, done once.</summary>
public readonly record struct FrameGeometry
{
    /// <summary>Backbones halve five times; smaller pictures would vanish.</summary>
    private const int Smallest = 32;

    private FrameGeometry(int width, int height) => (Width, Height) = (width, height);

    /// <summary>Size of the picture that the network reads, before the padding in its graph.</summary>
    public int Width { get; }

    public int Height { get; }

    /// <summary>
    /// The network's size for a frame: with <c>keep</c> the frame's aspect at the area that the network was trained for, with
    /// <c>stretch</c> that size itself.
    /// </summary>
    public static FrameGeometry For(int frameWidth, int frameHeight, (int Width, int Height) working, string fit)
    {
        if (fit == "stretch") return new FrameGeometry(working.Width, working.Height);
        double scale = Math.Sqrt(working.Width * (double)working.Height / (frameWidth * (double)frameHeight));
        return new FrameGeometry(Side(frameWidth * scale), Side(frameHeight * scale));
    }

    private static int Side(double pixels) => Math.Max(Smallest, (int)Math.Round(pixels));
}
