using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;

namespace RealtimeSeg.Sources;

/// <summary>
/// A network address opened as a stream of JPEG parts. MJPEG over http is read directly; everything else that the ffmpeg program
/// can read (rtsp, rtmp, srt, udp, tcp, other video over http) is converted to MJPEG by it. (The FFmpeg inside OpenCV's package is
/// built without network protocols.)
/// </summary>
public sealed class MjpegConnection : IDisposable
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(4);
    private readonly List<IDisposable> _owned = [];
    private Process? _ffmpeg;

    private MjpegConnection() => Parts = Stream.Null;

    /// <summary>multipart/x-mixed-replace, from its first part on.</summary>
    public Stream Parts { get; private set; }

    /// <exception cref="UserError">No answer, or an answer that is not video.</exception>
    public static MjpegConnection Open(string url)
    {
        MjpegConnection c = new();
        try
        {
            bool http = url.StartsWith("http", StringComparison.OrdinalIgnoreCase);
            if (!http || !c.TryHttp(url)) c.ThroughFfmpeg(url);
            return c;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            c.Dispose();
            throw new UserError($"no stream at {url} ({UserError.OneLine(e)}): check the address and that the camera is on", e);
        }
        catch (UserError)
        {
            c.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_ffmpeg is { HasExited: false }) _ffmpeg.Kill();
        _ffmpeg?.Dispose();
        foreach (IDisposable d in Enumerable.Reverse(_owned)) d.Dispose();
    }

    /// <summary>Reads the address as MJPEG; false if the answer is video of another kind.</summary>
    private bool TryHttp(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address)) throw new UserError($"{url} is not an address");
        SocketsHttpHandler handler = new() { ConnectTimeout = ConnectPatience, AutomaticDecompression = DecompressionMethods.None };
        HttpClient client = new(handler);
        _owned.Add(client);
        using CancellationTokenSource timer = new(ConnectPatience);
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        HttpResponseMessage response = client.Send(request, HttpCompletionOption.ResponseHeadersRead, timer.Token);
        _owned.Add(response);
        if (!response.IsSuccessStatusCode)
            throw new UserError($"{url} answers {(int)response.StatusCode} {response.ReasonPhrase}: check the address");
        MediaTypeHeaderValue? type = response.Content.Headers.ContentType;
        if (type?.MediaType is "text/html")
            throw new UserError($"{url} is a web page, not a stream: give the address of the camera's video");
        // ffmpeg's own server labels its parts as a stream of octets.
        if (type?.MediaType is not ("multipart/x-mixed-replace" or "application/octet-stream")) return false;
        Parts = response.Content.ReadAsStream(timer.Token);
        return true;
    }

    private void ThroughFfmpeg(string url)
    {
        _ffmpeg = Ffmpeg.Decode(url, ["-fflags", "nobuffer", .. Transport(url), "-i", url, "-an", "-f", "mpjpeg", "-q:v", "3", "pipe:1"]);
        Parts = _ffmpeg.StandardOutput.BaseStream;
    }

    /// <summary>RTSP over TCP: lost UDP packets would smear the image.</summary>
    private static string[] Transport(string url)
        => url.StartsWith("rtsp", StringComparison.OrdinalIgnoreCase) ? ["-rtsp_transport", "tcp"] : [];
}
