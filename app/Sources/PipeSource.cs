using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Video;

namespace RealtimeSeg.Sources;

/// <summary>
/// Standard input: a video in any container that can be read from its beginning to its end, MJPEG, or raw images, by the ffmpeg program.
/// </summary>
public sealed class PipeSource : ISource
{
    /// <summary>How the command line calls it.</summary>
    public const string Uri = "-";

    /// <summary>What standard input is, should a file have been redirected to it.</summary>
    public const string Device = "/dev/stdin";

    /// <summary>The format that is no video: names of images, a line each.</summary>
    public const string List = "list";

    private const double DefaultRate = 25;
    private const int BgrBits = 24, PlanarBits = 12;

    /// <summary>Raw images, by ffmpeg's names of their pixels.</summary>
    private static readonly string[] RawFormats = ["bgr24", "rgb24", "bgra", "rgba", "gray", "yuv420p", "nv12", "yuyv422", "uyvy422"];

    private readonly ReadingProcess _ffmpeg;
    private readonly StreamDescription _description = new();
    private readonly MatroskaReader _frames;
    private readonly FramePixels _pixels;
    private readonly double? _givenRate;
    private readonly bool _asItComes;
    private double _seconds;
    private long _read;

    /// <param name="options">Its format, and the rate that raw images have.</param>
    /// <param name="stop">Set when the run ends; null for never.</param>
    /// <exception cref="UserError">It is a terminal or no video, or there is no ffmpeg program.</exception>
    public PipeSource(SourceOptions options, WaitHandle? stop = null)
    {
        if (!Console.IsInputRedirected) throw new UserError("standard input is a terminal: pipe a video into the program, or name a file");
        (_givenRate, _asItComes) = (options.FramesPerSecond, options.AsItComes);
        bool isRaw = RawFormats.Contains(options.Format, StringComparer.Ordinal);
        string[] input = isRaw ? Raw(options) : Container(options);
        string filter = isRaw ? "format=bgr24" : $"{Ffmpeg.SquarePixels}:out_range=tv,setsar=1,format=yuv420p";
        string[] video = ["-map", "0:V:0", "-an", "-sn", "-dn", "-vf", filter, "-enc_time_base", "1:1000", "-c:v", "rawvideo"];
        string[] output = [.. video, "-allow_raw_vfw", "1", "-flush_packets", "1", "-f", "matroska", "pipe:1"];
        string[] arguments = ["-nostats", "-loglevel", "level+info", .. input, "-i", "pipe:0", .. output];
        _ffmpeg = new ReadingProcess(Ffmpeg.Decode(Name, arguments), stop, _description.Take);
        try
        {
            _frames = new MatroskaReader(_ffmpeg.Output, isRaw ? BgrBits : PlanarBits);
        }
        catch (InvalidDataException e)
        {
            _ffmpeg.Dispose(); // it may have more to write, and nobody reads it
            string errors = _ffmpeg.Errors;
            string remedy = options.Format is null ? "--input-format names what it is" : $"is it {options.Format}?";
            throw new UserError($"standard input is not a video that ffmpeg can read ({errors}): {remedy}", e);
        }

        _pixels = new FramePixels(isRaw ? null : new YuvConversion(YuvMatrix.Of(_description.Matrix, _frames.Size.Height)));
        FramesPerSecond = _givenRate ?? _description.FramesPerSecond ?? DefaultRate;
    }

    /// <summary>The names of raw formats, for <c>--help</c>.</summary>
    public static string Formats { get; } = string.Join(", ", RawFormats);

    public string Name => "standard input";

    public double FramesPerSecond { get; }

    public bool IsLive => _asItComes;

    public string? Status => null;

    public FrameTiming Timing => _asItComes ? default : new(_givenRate is { } rate ? Math.Max(0, _read - 1) / rate : _seconds);

    /// <summary>The lines of a list.</summary>
    public static IEnumerable<string> Lines()
    {
        while (Console.In.ReadLine() is { } line)
        {
            if (line.Trim() is { Length: > 0 } name) yield return name;
        }
    }

    public bool Read(Mat image)
    {
        if (!_frames.Next(out long milliseconds) || !_pixels.Read(_frames, image))
        {
            _ffmpeg.WaitForEnd();
            return false;
        }

        _seconds = milliseconds / 1000.0;
        _read++;
        return true;
    }

    /// <summary>Reports what ffmpeg found broken.</summary>
    public IReadOnlyList<string> Problems
        => _ffmpeg.Errors is { Length: > 0 } errors ? [$"{Name} is damaged: ffmpeg reports '{errors}'"] : [];

    public void Dispose() => _ffmpeg.Dispose();

    private static string[] Raw(SourceOptions options)
    {
        if (options.CameraSize is not { } size)
            throw new UserError($"--input-format {options.Format}: raw images have no size; give --input-width and --input-height");
        string rate = (options.FramesPerSecond ?? DefaultRate).ToString(CultureInfo.InvariantCulture);
        string pixels = FormattableString.Invariant($"{size.Width}x{size.Height}");
        return ["-f", "rawvideo", "-pixel_format", options.Format!, "-video_size", pixels, "-framerate", rate];
    }

    /// <summary>Threads of a decoder that work on a frame each hold as many back, which matters if they come from a camera.</summary>
    private static string[] Container(SourceOptions options)
    {
        string[] threads = options.AsItComes ? ["-thread_type", "slice"] : [], format = options.Format is { } name ? ["-f", name] : [];
        return [.. threads, "-protocol_whitelist", "pipe,crypto,data", .. format];
    }
}
