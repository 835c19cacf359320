using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Video;

namespace RealtimeSeg.Sources;

/// <summary>
/// A video file, decoded by the ffmpeg program: upright, in square pixels, converted by the matrix and range of its stream, each frame with
/// its own presentation time.
/// </summary>
public sealed class VideoSource : ISource
{
    private const double DefaultRate = 25;

    /// <summary>Seconds by which a file may be shorter than announced: durations are rounded, and a last frame may be long.</summary>
    private const double Tolerance = 0.5;

    /// <summary>Time stamps in the pipe are whole milliseconds: a jump to one that was read must not miss its frame.</summary>
    private const double Rounding = 0.001;

    private readonly WaitHandle? _stop;
    private readonly VideoFacts _facts;
    private readonly double? _givenRate;
    private readonly FramePixels _pixels;
    private readonly string[] _input;
    private ReadingProcess? _ffmpeg;
    private MatroskaReader _frames = null!;
    private double _origin, _seconds;
    private long _read, _index;
    private bool _sought, _ended, _breaksOff;

    /// <param name="path">The file.</param>
    /// <param name="framesPerSecond">Spaces its frames evenly; null keeps its own times.</param>
    /// <param name="stop">Set when the run ends: whatever is waited for then ends as well.</param>
    /// <exception cref="UserError">No file, or not a video, or no ffmpeg program.</exception>
    public VideoSource(string path, double? framesPerSecond, WaitHandle? stop = null)
    {
        if (!File.Exists(path)) throw new UserError($"no file {path}: check the name; --help lists what else can be read");
        (Name, _givenRate, _stop) = (path, framesPerSecond, stop);
        // What a playlist or a container names is read from this machine only.
        _input = ["-protocol_whitelist", "file,crypto,data,pipe", "-i", Ffmpeg.FileName(path)];
        _facts = VideoFacts.Of(path, _input, stop);
        FramesPerSecond = framesPerSecond ?? _facts.FramesPerSecond ?? DefaultRate;
        bool isPlanar = _facts is { PixelFormat: "yuv420p", IsFullRange: false };
        _pixels = new FramePixels(isPlanar ? new YuvConversion(YuvMatrix.Of(_facts.Matrix, _facts.Lines)) : null);
        try
        {
            Begin(0);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Name { get; }

    public double FramesPerSecond { get; }

    public bool IsLive => false;

    public string? Status => null;

    public FrameTiming Timing => new(_givenRate is { } rate ? Math.Max(0, _index - 1) / rate : _seconds);

    public bool Read(Mat image)
    {
        if (!_ended && _frames.Next(out long milliseconds) && _pixels.Read(_frames, image))
        {
            _seconds = _origin + (milliseconds / 1000.0);
            _read++;
            _index++;
            return true;
        }

        if (_ended) return false;
        _ffmpeg!.WaitForEnd();
        _ended = true;
        _breaksOff = _stop?.WaitOne(0) != true && IsShort();
        return false;
    }

    public bool Seek(double seconds)
    {
        double target = Math.Max(0, _seconds + seconds);
        if (target >= (_facts.End ?? double.MaxValue)) return false;
        _sought = true;
        Begin(target);
        return !_ended;
    }

    /// <summary>Reports a file that is shorter than its container announces, and what ffmpeg found broken in it.</summary>
    public IReadOnlyList<string> Problems
    {
        get
        {
            string errors = _ffmpeg!.Errors, reports = errors.Length > 0 ? $"ffmpeg reports '{errors}'" : "";
            if (!_breaksOff) return errors.Length > 0 ? [$"{Name} is damaged: {reports}"] : [];
            string read = string.Create(CultureInfo.InvariantCulture, $"read {_read} frames, up to {_seconds:F1} of {_facts.End:F1} s");
            return [$"{Name} breaks off: {read}{(reports.Length > 0 ? "; " : "")}{reports}"];
        }
    }

    public void Dispose() => _ffmpeg?.Dispose();

    private bool IsShort()
    {
        double missing = _facts.End - _seconds - (1 / (_facts.FramesPerSecond ?? DefaultRate)) ?? 0;
        return missing > Tolerance && (_sought || _facts.Frames is not { } announced || _read < announced);
    }

    /// <summary>Starts ffmpeg at a time of the file and reads up to the first frame.</summary>
    private void Begin(double seconds)
    {
        _ffmpeg?.Dispose();
        (_ended, _breaksOff) = (false, false);
        _origin = Math.Max(0, seconds - Rounding);
        _seconds = seconds;
        _index = (long)Math.Round(seconds * (_facts.FramesPerSecond ?? DefaultRate));
        string[] from = seconds > 0 ? ["-ss", _origin.ToString("F6", CultureInfo.InvariantCulture)] : [];
        _ffmpeg = new ReadingProcess(Ffmpeg.Decode(Name, ["-loglevel", "level+error", .. from, .. _input, .. Output()]), _stop);
        try
        {
            _frames = new MatroskaReader(_ffmpeg.Output, _pixels.BitsPerPixel);
        }
        catch (InvalidDataException)
        {
            _ffmpeg.WaitForEnd();
            _ended = true;
            if (!_sought) throw VideoFacts.Unreadable(Name, _ffmpeg.Errors);
        }
    }

    /// <summary>
    /// Raw video with time stamps. 4:2:0 stays so, which halves what goes through the pipe, and is converted here; swscale does the rest.
    /// A time base of its own, because ffmpeg rounds time stamps to the frame rate otherwise.
    /// </summary>
    private string[] Output()
    {
        bool isHd = _facts.Lines >= YuvMatrix.HdLines && !_facts.PixelFormat.Contains("rgb", StringComparison.Ordinal);
        string matrix = _facts.Matrix is null && isHd ? ":in_color_matrix=bt709" : "";
        string planes = $"{Ffmpeg.SquarePixels},setsar=1,format=yuv420p";
        string pixels = $"{Ffmpeg.SquarePixels}:flags=bicubic+accurate_rnd+full_chroma_int{matrix},setsar=1,format=bgr24";
        string filter = _pixels.IsPlanar ? planes : pixels;
        return
        [
            "-map", "0:V:0", "-an", "-sn", "-dn", "-vf", filter, "-enc_time_base", "1:1000", "-c:v", "rawvideo", "-allow_raw_vfw", "1",
            "-f", "matroska", "pipe:1",
        ];
    }
}
