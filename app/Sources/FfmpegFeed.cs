using OpenCvSharp;
using RealtimeSeg.Video;

namespace RealtimeSeg.Sources;

/// <summary>
/// What only the ffmpeg program can receive (rtsp, rtmp, srt, udp, tcp, other video over http), as I420 in its pipe. One connection: how
/// the colours are coded is read from what ffmpeg says about the stream.
/// </summary>
internal sealed class FfmpegFeed : IImageFeed
{
    /// <summary>What a stream of each protocol may open, the address itself included; nothing from the network may open files.</summary>
    private static readonly (string Scheme, string Protocols)[] Allowed =
    [
        ("http", "http,https,httpproxy,tcp,tls,crypto,data"),
        ("rtsp", "rtsp,rtsps,rtp,srtp,udp,tcp,tls,http,https,httpproxy"),
        ("rtmp", "rtmp,tcp"),
        ("srt", "srt"),
        ("udp", "udp,rtp"),
        ("tcp", "tcp"),
    ];

    private readonly string _url;
    private readonly ReadingProcess _ffmpeg;
    private readonly StreamDescription _description = new();
    private Y4mReader? _frames;
    private YuvConversion? _conversion;

    /// <exception cref="UserError">ffmpeg is not installed.</exception>
    public FfmpegFeed(string url)
    {
        _url = url;
        string scheme = url[..url.IndexOf(':', StringComparison.Ordinal)];
        string allowed = Allowed.First(a => scheme.StartsWith(a.Scheme, StringComparison.OrdinalIgnoreCase)).Protocols;
        // Threads of a decoder that work on a frame each hold as many frames back.
        string[] input = ["-thread_type", "slice", "-protocol_whitelist", allowed, .. Transport(url), "-i", url];
        const string Filter = $"{Ffmpeg.SquarePixels}:out_range=tv,setsar=1,format=yuv420p";
        string[] output = ["-map", "0:V:0", "-an", "-sn", "-dn", "-vf", Filter, .. Ffmpeg.FrameTimes("passthrough"), "-flush_packets", "1"];
        _ffmpeg = new ReadingProcess(
            Ffmpeg.Decode(url, ["-nostats", "-loglevel", "level+info", .. input, .. output, "-f", "yuv4mpegpipe", "pipe:1"]),
            stop: null,
            _description.Take);
    }

    public bool Receive(ReceivedImage into)
    {
        try
        {
            _frames ??= new Y4mReader(_ffmpeg.Output);
        }
        catch (InvalidDataException e)
        {
            _ffmpeg.WaitForEnd();
            throw new UserError($"no stream at {_url} (ffmpeg reports '{_ffmpeg.Errors}'): {StreamSource.Remedy(_url)}", e);
        }

        (int width, int height) = _frames.Size;
        return _frames.Next() && _frames.Read(into.OfLength(YuvConversion.Bytes(width, height)));
    }

    public bool Decode(ReceivedImage image, Mat bgr)
    {
        (int width, int height) = _frames!.Size;
        _conversion ??= new YuvConversion(YuvMatrix.Of(_description.Matrix, height));
        _conversion.Convert(image.Bytes, width, height, bgr);
        return true;
    }

    public void Dispose() => _ffmpeg.Dispose();

    /// <summary>RTSP over TCP: lost UDP packets would smear the image.</summary>
    private static string[] Transport(string url)
        => url.StartsWith("rtsp", StringComparison.OrdinalIgnoreCase) ? ["-rtsp_transport", "tcp"] : [];
}
