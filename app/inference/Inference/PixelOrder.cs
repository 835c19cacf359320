namespace RealtimeSeg.Inference;

/// <summary>The channels of a pixel in memory, a byte each; what is not a colour is skipped.</summary>
public enum PixelOrder
{
    /// <summary>OpenCV's.</summary>
    Bgr,

    /// <summary>As most files and libraries have it.</summary>
    Rgb,

    /// <summary>Bitmaps of most windows, with a fourth byte.</summary>
    Bgra,

    /// <summary>As <see cref="Rgb"/>, with a fourth byte.</summary>
    Rgba,
}
