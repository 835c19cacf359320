using OpenCvSharp;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Sources;

/// <summary>A network camera or stream.</summary>
public sealed class StreamSource : ISource
{
    /// <summary>How long the first image may take, and how long a stream may be silent before it counts as lost.</summary>
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(8), Patience = TimeSpan.FromSeconds(1.5);
    private const double DefaultRate = 30;
    private readonly MjpegConnection _connection;
    private readonly MjpegReader _reader;
    private readonly Mat _first = new();
    private bool _firstIsNext = true;

    /// <exception cref="UserError">There is no stream, or no image in it.</exception>
    public StreamSource(string url, double? framesPerSecond)
    {
        (Name, FramesPerSecond) = (url, framesPerSecond ?? DefaultRate);
        _connection = MjpegConnection.Open(url);
        _reader = new MjpegReader(_connection.Parts) { Patience = FirstPatience };
        if (!ReadNext(_first))
        {
            Dispose();
            throw new UserError($"no stream at {url}: no image arrived; check the address and that the camera is on");
        }

        _reader.Patience = Patience;
    }

    public string Name { get; }

    public double FramesPerSecond { get; }

    public bool IsLive => true;

    public string? Status => null;

    public FrameTiming Timing => default;

    /// <summary>How the addresses of streams begin.</summary>
    public static IReadOnlyList<string> Schemes { get; } =
        ["http://", "https://", "rtsp://", "rtsps://", "rtmp://", "srt://", "udp://", "tcp://"];

    public static bool Matches(string uri) => Schemes.Any(s => uri.StartsWith(s, StringComparison.OrdinalIgnoreCase));

    public bool Read(Mat image)
    {
        if (!_firstIsNext) return ReadNext(image);
        _firstIsNext = false;
        _first.CopyTo(image);
        return true;
    }

    public void Dispose()
    {
        _first.Dispose();
        _reader.Dispose();
        _connection.Dispose();
    }

    /// <summary>Reads the next image that decodes; others are skipped.</summary>
    private bool ReadNext(Mat image)
    {
        while (true)
        {
            ReadOnlyMemory<byte> jpeg = _reader.Next();
            if (jpeg.IsEmpty) return false;
            try
            {
                using Mat decoded = Cv2.ImDecode(jpeg.Span, ImreadModes.Color);
                if (decoded.Empty()) continue;
                decoded.CopyTo(image);
                return true;
            }
            catch (OpenCVException)
            {
                // Its header gives an impossible size.
            }
        }
    }
}
