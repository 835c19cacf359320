using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;

namespace RealtimeSeg.Sources;

/// <summary>
/// A network address opened as a stream of JPEG parts. MJPEG over http is read directly; everything else that the ffmpeg program
/// understands (rtsp, rtmp, srt, udp, tcp, other video over http) is turned into MJPEG by it. (The FFmpeg inside OpenCV's package is
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

    /// <exception cref="UserError">Nobody answers, or what answers is no video.</exception>
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
            throw new UserError($"no stream at {url} ({UserError.OneLine(e)}): is the address right and the camera on?", e);
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

    /// <summary>False where the answer is video of another kind.</summary>
    private bool TryHttp(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address)) throw new UserError($"{url} is not an address");
        HttpClient client = new(new SocketsHttpHandler { ConnectTimeout = ConnectPatience, AutomaticDecompression = DecompressionMethods.None });
        _owned.Add(client);
        using CancellationTokenSource timer = new(ConnectPatience);
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        HttpResponseMessage response = client.Send(request, HttpCompletionOption.ResponseHeadersRead, timer.Token);
        _owned.Add(response);
        if (!response.IsSuccessStatusCode) throw new UserError($"{url} answers {(int)response.StatusCode} {response.ReasonPhrase}: check the address");
        MediaTypeHeaderValue? type = response.Content.Headers.ContentType;
        if (type?.MediaType is "text/html") throw new UserError($"{url} is a web page, not a stream: name the address of the camera's video");
        // ffmpeg's own server calls its parts a stream of octets.
        if (type?.MediaType is not ("multipart/x-mixed-replace" or "application/octet-stream")) return false;
        Parts = response.Content.ReadAsStream(timer.Token);
        return true;
    }

    private void ThroughFfmpeg(string url)
    {
        string[] arguments = ["-nostdin", "-loglevel", "quiet", "-fflags", "nobuffer", .. Transport(url), "-i", url, "-an", "-f", "mpjpeg", "-q:v", "3", "pipe:1"];
        try
        {
            _ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", arguments) { RedirectStandardOutput = true, UseShellExecute = false });
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new UserError($"{url} needs the ffmpeg program: apt-get install ffmpeg", e);
        }

        Parts = _ffmpeg?.StandardOutput.BaseStream ?? throw new UserError("ffmpeg does not start: check the installation");
    }

    /// <summary>RTSP over TCP: lost UDP packets would smear the picture.</summary>
    private static string[] Transport(string url)
        => url.StartsWith("rtsp", StringComparison.OrdinalIgnoreCase) ? ["-rtsp_transport", "tcp"] : [];
}
