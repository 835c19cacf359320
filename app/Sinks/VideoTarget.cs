using System.Globalization;

namespace RealtimeSeg.Sinks;

/// <summary>What ffmpeg makes of a name: a container, a protocol, or a loopback camera.</summary>
/// <param name="Key">The file's extension, or the beginning of the name.</param>
/// <param name="Format">ffmpeg's name of the format.</param>
/// <param name="Codec">Its usual encoder.</param>
/// <param name="PixelFormat">What that encoder is given.</param>
internal sealed record VideoTarget(string Key, string Format, string Codec, string PixelFormat)
{
    private const string Loopback = "/dev/video";
    private const string X264 = "libx264", Vp9 = "libvpx-vp9", Raw = "rawvideo", Rle = "qtrle";
    private const string Opaque = "yuv420p", AlphaVp9 = "yuva420p", AlphaRle = "argb";
    private const int DefaultQuality = 21, DefaultVp9Quality = 32;

    private static readonly VideoTarget[] All =
    [
        new(".mp4", "mp4", X264, Opaque),
        new(".mkv", "matroska", X264, Opaque),
        new(".webm", "webm", Vp9, AlphaVp9),
        new(".mov", "mov", Rle, AlphaRle),
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

    /// <summary>ffmpeg's options from the filter to the format.</summary>
    public IEnumerable<string> Encoding(VideoOptions options)
    {
        string codec = options.Codec ?? Codec;
        string[] container = Format is "mp4" ? ["-movflags", "+faststart"] : [];

        // 4:2:0 needs even sides.
        string[] even = ["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=black@0"];
        return [.. even, "-c:v", codec, .. Speed(codec), .. Quality(codec, options), "-pix_fmt", PixelFormat, .. container, "-f", Format];
    }

    private string[] Speed(string codec) => codec switch
    {
        X264 when !IsFile => ["-preset", "ultrafast", "-tune", "zerolatency", "-g", "30"],
        X264 => ["-preset", "veryfast"],
        Vp9 => ["-deadline", "realtime", "-cpu-used", "8", "-row-mt", "1", "-auto-alt-ref", "0"],
        _ => [],
    };

    private static string[] Quality(string codec, VideoOptions options)
    {
        if (codec is Raw or Rle) return [];
        if (options.Bitrate is { } rate) return ["-b:v", rate];
        int crf = options.Crf ?? (codec == Vp9 ? DefaultVp9Quality : DefaultQuality);
        string[] constant = ["-crf", crf.ToString(CultureInfo.InvariantCulture)];
        return codec == Vp9 ? [.. constant, "-b:v", "0"] : constant; // VP9 holds the quality only without a bit rate
    }

    private static VideoTarget? Find(string name)
        => Array.Find(All, t => !t.IsFile && name.StartsWith(t.Key, StringComparison.OrdinalIgnoreCase))
            ?? Array.Find(All, t => t.IsFile && name.EndsWith(t.Key, StringComparison.OrdinalIgnoreCase));
}
