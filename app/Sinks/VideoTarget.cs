using System.Globalization;

namespace RealtimeSeg.Sinks;

/// <summary>What ffmpeg is to make of a name: a container, a protocol, or a loopback camera.</summary>
/// <param name="Format">ffmpeg's name of it.</param>
/// <param name="Codec">Its usual encoder.</param>
/// <param name="PixelFormat">What that encoder is given.</param>
/// <param name="IsFile">Whether it appears under its name when complete; otherwise it goes out at once.</param>
internal sealed record VideoTarget(string Format, string Codec, string PixelFormat, bool IsFile)
{
    private const string Loopback = "/dev/video", X264 = "libx264", Vp9 = "libvpx-vp9";
    private const int DefaultQuality = 21, DefaultVp9Quality = 32;

    private static readonly Dictionary<string, VideoTarget> Files = new(StringComparer.OrdinalIgnoreCase)
    {
        [".mp4"] = new("mp4", X264, "yuv420p", IsFile: true),
        [".mkv"] = new("matroska", X264, "yuv420p", IsFile: true),
        [".webm"] = new("webm", Vp9, "yuva420p", IsFile: true),
        [".mov"] = new("mov", "qtrle", "argb", IsFile: true),
    };

    private static readonly Dictionary<string, VideoTarget> Streams = new(StringComparer.OrdinalIgnoreCase)
    {
        ["rtsp://"] = new("rtsp", X264, "yuv420p", IsFile: false),
        ["rtmp://"] = new("flv", X264, "yuv420p", IsFile: false),
        ["udp://"] = new("mpegts", X264, "yuv420p", IsFile: false),
        ["tcp://"] = new("mpegts", X264, "yuv420p", IsFile: false),
        ["srt://"] = new("mpegts", X264, "yuv420p", IsFile: false),
        [Loopback] = new("v4l2", "rawvideo", "yuv420p", IsFile: false),
    };

    public const string Names = "FILE.mp4, .mkv, .webm or .mov, rtsp://, rtmp://, udp://, tcp://, srt:// or /dev/videoN";

    public static bool Matches(string name) => Find(name) is not null;

    /// <summary>Whether it can hold transparency.</summary>
    public static bool HoldsAlpha(string name) => Find(name)?.PixelFormat is "yuva420p" or "argb";

    public static VideoTarget Of(string name) => Find(name) ?? throw new UserError($"cannot write {name}: video goes to {Names}");

    /// <summary>ffmpeg's options from the filter to the format.</summary>
    public IEnumerable<string> Encoding(VideoOptions options)
    {
        string codec = options.Codec ?? Codec;
        string[] quality = codec == "rawvideo" || codec == "qtrle" ? []
            : options.Bitrate is { } rate ? ["-b:v", rate]
            : ["-crf", (options.Crf ?? (codec == Vp9 ? DefaultVp9Quality : DefaultQuality)).ToString(CultureInfo.InvariantCulture), .. codec == Vp9 ? (string[])["-b:v", "0"] : []];
        string[] speed = codec switch
        {
            X264 when !IsFile => ["-preset", "ultrafast", "-tune", "zerolatency", "-g", "30"],
            X264 => ["-preset", "veryfast"],
            Vp9 => ["-deadline", "realtime", "-cpu-used", "8", "-row-mt", "1", "-auto-alt-ref", "0"],
            _ => [],
        };
        string[] whole = Format is "mp4" ? ["-movflags", "+faststart"] : [];

        // 4:2:0 needs even sides.
        return ["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=black@0", "-c:v", codec, .. speed, .. quality, "-pix_fmt", PixelFormat, .. whole, "-f", Format];
    }

    private static VideoTarget? Find(string name)
        => Streams.FirstOrDefault(s => name.StartsWith(s.Key, StringComparison.OrdinalIgnoreCase)).Value ?? Files.GetValueOrDefault(Path.GetExtension(name));
}
