using System.Globalization;

namespace RealtimeSeg.Sinks;

/// <summary>What ffmpeg makes of a name: a container, a protocol, or a loopback camera.</summary>
/// <param name="Key">The file's extension, or the beginning of the name.</param>
/// <param name="Format">ffmpeg's name of the format.</param>
/// <param name="Codec">Its usual encoder.</param>
/// <param name="PixelFormat">What that encoder is given.</param>
internal sealed record VideoTarget(string Key, string Format, string Codec, string PixelFormat)
{
    private const string Loopback = LoopbackCamera.Device;
    private const string X264 = "libx264", Vp9 = "libvpx-vp9", Raw = "rawvideo", Rle = "qtrle", Gif = "gif";
    private const string Opaque = "yuv420p", AlphaVp9 = "yuva420p", AlphaRle = "argb";
    private const int DefaultQuality = 21, DefaultVp9Quality = 32, HdWidth = 1280, HdHeight = 720;

    private static readonly VideoTarget[] All =
    [
        new(".mp4", "mp4", X264, Opaque),
        new(".mkv", "matroska", X264, Opaque),
        new(".webm", "webm", Vp9, AlphaVp9),
        new(".mov", "mov", Rle, AlphaRle),
        new(".avi", "avi", X264, Opaque),
        new(".gif", Gif, Gif, "pal8"),
        new("rtsp://", "rtsp", X264, Opaque),
        new("rtmp://", "flv", X264, Opaque),
        new("udp://", "mpegts", X264, Opaque),
        new("tcp://", "mpegts", X264, Opaque),
        new("srt://", "mpegts", X264, Opaque),
        new(Loopback, "v4l2", Raw, Opaque),
    ];

    /// <summary>Every name, for help and messages.</summary>
    public static string Names { get; } = "FILE" + string.Join(", ", All.Select(t => t.Key == Loopback ? Loopback + "N" : t.Key));

    /// <summary>A name of each.</summary>
    public static IReadOnlyList<string> Examples { get; } = [.. All.Select(t => t.IsFile ? "FILE" + t.Key : t.Key + "1")];

    /// <summary>Whether it is a file, which gets its name when complete; otherwise frames leave at once.</summary>
    public bool IsFile => Key[0] == '.';

    /// <summary>Whether it can hold transparency.</summary>
    public bool HoldsAlpha => PixelFormat is AlphaVp9 or AlphaRle;

    public static bool Matches(string name) => Find(name) is not null;

    /// <exception cref="UserError">The name is no video.</exception>
    public static VideoTarget Of(string name) => Find(name) ?? throw UserError.CannotWrite(name, $"video goes to {Names}");

    /// <summary>Whether its index follows the data unless it is written in fragments.</summary>
    public bool IsFragmented => Format is "mp4" or "mov";

    /// <summary>ffmpeg's options from the frames' times to the format.</summary>
    /// <param name="options">How it is encoded.</param>
    /// <param name="size">Of the frames, in pixels.</param>
    /// <param name="framesPerSecond">The usual rate.</param>
    /// <param name="isLive">Whether frames cannot be had again, so that the encoder must not hold back many.</param>
    public IEnumerable<string> Encoding(VideoOptions options, (int Width, int Height) size, double framesPerSecond, bool isLive)
        => [.. Times(framesPerSecond), .. Encoder(options, size, isLive), .. Fragments(), "-f", Format];

    /// <summary>ffmpeg's options for the encoder and what it is given.</summary>
    /// <inheritdoc cref="Encoding"/>
    public IEnumerable<string> Encoder(VideoOptions options, (int Width, int Height) size, bool isLive)
    {
        string codec = options.Codec ?? Codec;
        HardwareEncoder? card = HardwareEncoder.Of(codec);
        string? pixels = card is null ? PixelFormat : card.Pixels;
        string[] format = pixels is null ? [] : ["-pix_fmt", pixels];
        return
        [
            .. card?.Device ?? [], "-c:v", codec, .. Speed(codec, isLive), .. Quality(codec, card, options), .. Colors(size, card?.Upload),
            .. format,
        ];
    }

    /// <summary>ffmpeg's options to put a finished file in the usual order.</summary>
    public IEnumerable<string> Copying()
        => ["-c", "copy", .. IsFragmented ? ["-movflags", "+faststart"] : Array.Empty<string>(), "-f", Format];

    /// <summary>
    /// Frames keep their times, in a unit of which all usual rates are multiples and that MPEG-4 can hold. AVI has one rate and no times.
    /// </summary>
    private string[] Times(double framesPerSecond) => Format == "avi"
        ? [.. Ffmpeg.FrameTimes("cfr"), "-r", framesPerSecond.ToString(CultureInfo.InvariantCulture)]
        : [.. Ffmpeg.FrameTimes("vfr"), "-enc_time_base", "1:60000"];

    /// <summary>
    /// HD has the colours of BT.709, SD those of BT.601, which is what players assume, and says so. 4:2:0 needs even sides.
    /// </summary>
    private string[] Colors((int Width, int Height) size, string? upload)
    {
        const string Even = "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=black@0";
        if (PixelFormat == AlphaRle) return ["-vf", Even];
        // A palette of its own for each frame: one for all would hold all of them back to the end.
        if (Format == Gif) return ["-vf", "split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=new=1"];
        string standard = size.Width >= HdWidth || size.Height >= HdHeight ? "bt709" : "smpte170m";
        string[] tags = ["-colorspace", standard, "-color_primaries", standard, "-color_trc", standard, "-color_range", "tv"];
        return ["-vf", $"{Even},scale=out_color_matrix={standard}:out_range=tv{upload}", .. tags];
    }

    /// <summary>What keeps a file readable while it grows: its parts are complete after half a second, clusters after one.</summary>
    private string[] Fragments() => !IsFile ? []
        : IsFragmented ? ["-movflags", "+delay_moov+default_base_moof", "-frag_duration", "500000", "-flush_packets", "1"]
        : Format is "matroska" or "webm" ? ["-cluster_time_limit", "1000", "-flush_packets", "1"]
        : ["-flush_packets", "1"];

    private string[] Speed(string codec, bool isLive) => codec switch
    {
        X264 when !IsFile => ["-preset", "ultrafast", "-tune", "zerolatency", "-g", "30"],
        X264 when isLive => ["-preset", "veryfast", "-tune", "zerolatency"],
        X264 when Format == "avi" => ["-preset", "veryfast", "-bf", "0"], // it knows no order but that of showing
        X264 => ["-preset", "veryfast"],
        Vp9 => ["-deadline", "realtime", "-cpu-used", "8", "-row-mt", "1", "-auto-alt-ref", "0", "-lag-in-frames", "0"],
        _ => [],
    };

    private static string[] Quality(string codec, HardwareEncoder? card, VideoOptions options)
    {
        if (codec is Raw or Rle or Gif) return [];
        if (options.Bitrate is { } rate) return ["-b:v", rate];
        int crf = options.Crf ?? (codec == Vp9 ? DefaultVp9Quality : DefaultQuality);
        string[] constant = [card?.Quality ?? "-crf", crf.ToString(CultureInfo.InvariantCulture)];
        return codec == Vp9 ? [.. constant, "-b:v", "0"] : constant; // VP9 holds the quality only without a bit rate
    }

    private static VideoTarget? Find(string name)
        => Array.Find(All, t => !t.IsFile && name.StartsWith(t.Key, StringComparison.OrdinalIgnoreCase))
            ?? Array.Find(All, t => t.IsFile && name.EndsWith(t.Key, StringComparison.OrdinalIgnoreCase));
}
