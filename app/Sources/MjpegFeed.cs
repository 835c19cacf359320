using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using OpenCvSharp;

namespace RealtimeSeg.Sources;

/// <summary>
/// MJPEG over http, read directly. All reading blocks, so that nothing is allocated per image: closing the socket ends it.
/// (The FFmpeg inside OpenCV's package is built without network protocols.)
/// </summary>
internal sealed class MjpegFeed : IImageFeed
{
    /// <summary>Short enough that a camera that comes back is found within two seconds.</summary>
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(1.5), AnswerPatience = TimeSpan.FromSeconds(8);

    private const int MostRedirects = 5;

    private readonly string _url;
    private readonly Uri _address;
    private readonly bool _hasLogin;
    private readonly HttpClient _client;
    private readonly Lock _lock = new();
    private readonly List<Socket> _sockets = [];
    private MjpegReader? _reader;
    private bool _disposed;

    /// <exception cref="UserError">It is no address.</exception>
    public MjpegFeed(string url)
    {
        _url = url;
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address))
            throw new UserError($"{url} is not an address: {StreamSource.Remedy(url)}");
        // User and password are for the camera's challenge (Basic or Digest), not for whoever it redirects to.
        _address = new UriBuilder(address) { UserName = "", Password = "" }.Uri;
        _hasLogin = address.UserInfo.Length > 0;
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false, // it throws on an address that is not http
            AutomaticDecompression = DecompressionMethods.None,
            ConnectCallback = (context, _) => new ValueTask<Stream>(Connect(context.DnsEndPoint)),
            MaxResponseDrainSize = 0,
            UseProxy = false,
        };
        if (address.UserInfo.Split(':', 2) is [{ Length: > 0 } user, .. var rest])
        {
            NetworkCredential login = new(Uri.UnescapeDataString(user), Uri.UnescapeDataString(rest.Length > 0 ? rest[0] : ""));
            Uri host = new(_address.GetLeftPart(UriPartial.Authority));
            handler.Credentials = new CredentialCache { { host, "Basic", login }, { host, "Digest", login } };
        }

        _client = new HttpClient(handler) { Timeout = AnswerPatience };
    }

    /// <summary>Opens the stream; false if the answer is video of another kind. Its connection is of no further use then.</summary>
    /// <exception cref="UserError">No answer, or an answer that is not video.</exception>
    public bool Connect()
    {
        try
        {
            HttpResponseMessage response = Ask();
            if (!response.IsSuccessStatusCode) throw new UserError(Refusal(response));
            MediaTypeHeaderValue? type = response.Content.Headers.ContentType;
            if (type?.MediaType is "text/html")
                throw new UserError($"{_url} is a web page, not a stream: give the address of the camera's video");
            // ffmpeg's own server labels its parts as a stream of octets.
            if (type?.MediaType is not ("multipart/x-mixed-replace" or "application/octet-stream")) return false;
            _reader = new MjpegReader(response.Content.ReadAsStream());
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            throw new UserError($"no stream at {_url} ({UserError.OneLine(e)}): {StreamSource.Remedy(_url)}", e);
        }
    }

    public bool Receive(ReceivedImage into)
    {
        ReadOnlyMemory<byte> jpeg = _reader!.Next();
        if (jpeg.IsEmpty) return false;
        jpeg.Span.CopyTo(into.OfLength(jpeg.Length));
        return true;
    }

    public bool Decode(ReceivedImage image, Mat bgr)
    {
        if (image.Bytes is not [0xFF, 0xD8, ..]) return false; // no JPEG: what other decoders take for a few bytes knows no bounds
        try
        {
            using Mat decoded = Cv2.ImDecode(image.Bytes, ImreadModes.Color);
            if (decoded.Empty()) return false;
            decoded.CopyTo(bgr);
            return true;
        }
        catch (OpenCVException)
        {
            return false; // its header gives an impossible size
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (Socket s in _sockets) s.Dispose();
        }

        _client.Dispose();
    }

    /// <summary>Connects by blocking: a socket that was ever used asynchronously allocates at each read.</summary>
    private NetworkStream Connect(DnsEndPoint to)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _sockets.Add(socket);
        }

        using Timer timer = new(_ => socket.Dispose(), null, ConnectPatience, Timeout.InfiniteTimeSpan);
        socket.Connect(to);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>The camera's answer, from wherever it redirects to.</summary>
    private HttpResponseMessage Ask()
    {
        Uri address = _address;
        for (int i = 0; i <= MostRedirects; i++)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, address);
            HttpResponseMessage response = _client.Send(request, HttpCompletionOption.ResponseHeadersRead);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308)) return response;
            using (response) address = Target(address, response.Headers.Location);
        }

        throw new UserError($"{_url} redirects again and again: give the address of the camera's video");
    }

    /// <summary>An address of the network alone may follow another, and one that is encrypted no other.</summary>
    private Uri Target(Uri from, Uri? location)
    {
        bool follows = Uri.TryCreate(from, location, out Uri? to) && to.Host.Length > 0
            && (to.Scheme == Uri.UriSchemeHttps || (to.Scheme == Uri.UriSchemeHttp && from.Scheme == Uri.UriSchemeHttp));
        if (follows) return to!;
        string where = location?.OriginalString ?? "no address";
        throw new UserError($"{_url} redirects to {where}: give the address of the camera's video");
    }

    private string Refusal(HttpResponseMessage response)
    {
        string remedy = response.StatusCode != HttpStatusCode.Unauthorized ? "check the address"
            : _hasLogin ? "check user and password"
            : "put USER:PASSWORD@ before its host";
        return $"{_url} answers {(int)response.StatusCode} {response.ReasonPhrase}: {remedy}";
    }
}
