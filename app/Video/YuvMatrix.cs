namespace RealtimeSeg.Video;

/// <summary>How a video's Y, U and V make red, green and blue (ITU-T H.273, table 4): the weights of red and of blue in Y.</summary>
/// <param name="Red">Weight of red.</param>
/// <param name="Blue">Weight of blue.</param>
internal readonly record struct YuvMatrix(double Red, double Blue)
{
    /// <summary>Lines from which on a video without a tag is taken for BT.709.</summary>
    public const int HdLines = 720;

    public static YuvMatrix Bt601 { get; } = new(0.299, 0.114);

    public static YuvMatrix Bt709 { get; } = new(0.2126, 0.0722);

    /// <summary>The matrix that ffmpeg names; for none and unknown ones, the usual one of the size.</summary>
    /// <param name="name">Such as bt709 or smpte170m.</param>
    /// <param name="lines">Height in pixels.</param>
    public static YuvMatrix Of(string? name, int lines) => name switch
    {
        "bt709" => Bt709,
        "smpte170m" or "bt470bg" => Bt601,
        "fcc" => new(0.30, 0.11),
        "smpte240m" => new(0.212, 0.087),
        "bt2020nc" or "bt2020c" or "bt2020_ncl" => new(0.2627, 0.0593),
        _ => lines >= HdLines ? Bt709 : Bt601,
    };
}
