namespace RealtimeSeg.Core.Contract;

/// <summary>All size arithmetic between a captured frame and the network.</summary>
public readonly record struct FrameGeometry
{
    /// <summary>Backbones halve five times; smaller images would vanish.</summary>
    private const int Smallest = 32;

    private FrameGeometry(int width, int height, int networkWidth, int networkHeight)
        => (Width, Height, NetworkWidth, NetworkHeight) = (width, height, networkWidth, networkHeight);

    /// <summary>Size of the scaled image and of the labels.</summary>
    public int Width { get; }

    public int Height { get; }

    /// <summary>
    /// Size that the network reads, before the padding in its graph: larger than the scaled image by bars, smaller by what is cropped,
    /// or the same.
    /// </summary>
    public int NetworkWidth { get; }

    public int NetworkHeight { get; }

    /// <summary>Whether the network reads exactly the scaled image.</summary>
    public bool IsExact => Width == NetworkWidth && Height == NetworkHeight;

    /// <summary>Place of the scaled image in what the network reads; negative if it is cropped.</summary>
    public (int X, int Y) Offset => ((NetworkWidth - Width) / 2, (NetworkHeight - Height) / 2);

    /// <param name="frameWidth">Of the captured image.</param>
    /// <param name="frameHeight">Likewise.</param>
    /// <param name="working">Size that the network was trained for.</param>
    /// <param name="fit">How the one is brought to the other.</param>
    /// <param name="stride">
    /// What the network's sides must be multiples of; bars fill what is missing. If those of <paramref name="working"/> are one more, as
    /// networks with aligned corners want them (DeepLab's 513), so are all.
    /// </param>
    public static FrameGeometry For(int frameWidth, int frameHeight, (int Width, int Height) working, Fit fit, int stride = 1)
    {
        FrameGeometry g = For(frameWidth, frameHeight, working, fit);
        int extra = stride > 1 && working.Width % stride == 1 && working.Height % stride == 1 ? 1 : 0;
        int Up(int side) => ((side - extra + stride - 1) / stride * stride) + extra;
        return new FrameGeometry(g.Width, g.Height, Up(g.NetworkWidth), Up(g.NetworkHeight));
    }

    /// <param name="text">keep, stretch, letterbox or crop.</param>
    /// <exception cref="UserError">None of these.</exception>
    public static Fit ParseFit(string text) => Parse.Name<Fit>("--fit", text);

    private static FrameGeometry For(int frameWidth, int frameHeight, (int Width, int Height) working, Fit fit)
    {
        double byWidth = working.Width / (double)frameWidth, byHeight = working.Height / (double)frameHeight;
        FrameGeometry Within(double scale) => new(Side(frameWidth * scale, 1), Side(frameHeight * scale, 1), working.Width, working.Height);
        switch (fit)
        {
            case Fit.Stretch: return new FrameGeometry(working.Width, working.Height, working.Width, working.Height);
            case Fit.Letterbox: return Within(Math.Min(byWidth, byHeight));
            case Fit.Crop: return Within(Math.Max(byWidth, byHeight));
            case Fit.Keep:
            default:
                double scale = Math.Sqrt(byWidth * byHeight);
                int w = Side(frameWidth * scale, Smallest), h = Side(frameHeight * scale, Smallest);
                return new FrameGeometry(w, h, w, h);
        }
    }

    private static int Side(double pixels, int least) => Math.Max(least, (int)Math.Round(pixels));
}
