using System.Net;
using OpenCvSharp;

namespace RealtimeSeg.Sources;

/// <summary>A network camera that sends MJPEG over http or https. (The FFmpeg inside OpenCV is built without network protocols.)</summary>
public sealed class StreamSource : ISource
{
    /// <summary>A stream that is silent for so long counts as gone.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5), ConnectPatience = TimeSpan.FromSeconds(4);
    private const double DefaultRate = 30;
    private static readonly string[] Schemes = ["http://", "https://"];
    private readonly HttpClient _client = new(new SocketsHttpHandler { ConnectTimeout = ConnectPatience, AutomaticDecompression = DecompressionMethods.None });
    private readonly HttpResponseMessage? _response;
    private readonly MjpegReader? _reader;

    public StreamSource(string url, double? framesPerSecond)
    {
        (Name, FramesPerSecond) = (url, framesPerSecond ?? DefaultRate);
        try
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address)) throw new UserError($"{url} is not an address");
            using CancellationTokenSource timer = new(ConnectPatience);
            using HttpRequestMessage request = new(HttpMethod.Get, address);
            _response = _client.Send(request, HttpCompletionOption.ResponseHeadersRead, timer.Token);
            if (!_response.IsSuccessStatusCode) throw new UserError($"{url} answers {(int)_response.StatusCode} {_response.ReasonPhrase}: check the address");
            string? type = _response.Content.Headers.ContentType?.MediaType;
            // ffmpeg's own server calls its parts a stream of octets.
            if (type is not ("multipart/x-mixed-replace" or "application/octet-stream"))
                throw new UserError($"{url} sends {type ?? "something without a type"}, not MJPEG (multipart/x-mixed-replace): name the camera's MJPEG address");
            _reader = new MjpegReader(_response.Content.ReadAsStream(timer.Token), Patience);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            Dispose();
            throw new UserError($"no stream at {url} ({UserError.OneLine(e)}): is the address right and the camera on?", e);
        }
        catch (UserError)
        {
            Dispose();
            throw;
        }
    }

    public string Name { get; }

    public double FramesPerSecond { get; }

    public bool IsLive => true;

    public string? Trouble => null;

    public static bool Matches(string uri) => Schemes.Any(s => uri.StartsWith(s, StringComparison.OrdinalIgnoreCase));

    /// <summary>A picture that does not decode is skipped: the next one may.</summary>
    public bool Read(Mat image)
    {
        while (true)
        {
            ReadOnlyMemory<byte> jpeg = _reader!.Next();
            if (jpeg.IsEmpty) return false;
            using Mat decoded = Cv2.ImDecode(jpeg.Span, ImreadModes.Color);
            if (decoded.Empty()) continue;
            decoded.CopyTo(image);
            return true;
        }
    }

    public string? Complaint(long frames) => $"{Name} stopped after {frames} frames";

    public void Dispose()
    {
        _reader?.Dispose();
        _response?.Dispose();
        _client.Dispose();
    }
}
