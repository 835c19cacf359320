using System.Net.Sockets;
using System.Threading.Channels;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Sinks;

/// <summary>
/// Results for a program that listens: lines over TCP, a datagram each over UDP. A thread of its own sends them, so that a slow or a
/// broken network holds up no frame; what waits too long gives way to what is newer. A connection that ends is made again.
/// </summary>
internal sealed class ResultSocket : IResultReceiver
{
    /// <summary>Frames that may wait: a second or two of them.</summary>
    private const int MostWaiting = 60;

    private const int LargestDatagram = 65507, PauseMilliseconds = 500, PatienceMilliseconds = 5000;

    private readonly string _address, _host;
    private readonly int _port;
    private readonly bool _datagrams;
    private readonly Channel<byte[]> _waiting;
    private readonly CancellationToken _stop;
    private readonly Task _sender;
    private Socket _socket;
    private long _lost;

    /// <param name="address">tcp://HOST:PORT or udp://HOST:PORT.</param>
    /// <param name="context">Of the run.</param>
    /// <exception cref="UserError">It is no such address, or nobody listens.</exception>
    public ResultSocket(string address, SinkContext context)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Port <= 0 || uri.AbsolutePath is not ("" or "/"))
            throw new UserError($"--results {address}: give {ResultOptions.Tcp}HOST:PORT or {ResultOptions.Udp}HOST:PORT");
        (_address, _host, _port, _stop) = (address, uri.DnsSafeHost, uri.Port, context.Stop);
        _datagrams = uri.Scheme == "udp";
        try
        {
            _socket = Connected();
        }
        catch (SocketException e)
        {
            throw new UserError($"--results {address}: nobody takes them ({UserError.OneLine(e)}): start the receiver first", e);
        }

        BoundedChannelOptions bounded = new(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true };
        _waiting = Channel.CreateBounded<byte[]>(bounded, _ => Interlocked.Increment(ref _lost));
        _sender = Task.Run(SendAll);
    }

    public IReadOnlyList<string> Problems
        => Interlocked.Read(ref _lost) is > 0 and long lost ? [$"{_address} did not get the results of {lost} frames"] : [];

    public void Take(FrameSlot slot, ReadOnlySpan<byte> line)
    {
        if (_datagrams && line.Length > LargestDatagram) Interlocked.Increment(ref _lost);
        else _waiting.Writer.TryWrite(_datagrams ? line.ToArray() : [.. line, (byte)'\n']);
    }

    public string? Finish()
    {
        _waiting.Writer.TryComplete();
        if (_sender.Wait(PatienceMilliseconds, CancellationToken.None)) return null;
        Interlocked.Add(ref _lost, _waiting.Reader.Count);
        return null;
    }

    public void Dispose()
    {
        _waiting.Writer.TryComplete();
        _socket.Dispose();
    }

    private async Task SendAll()
    {
        await foreach (byte[] line in _waiting.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            if (!await Sent(line).ConfigureAwait(false)) Interlocked.Increment(ref _lost);
        }
    }

    private async Task<bool> Sent(byte[] line)
    {
        try
        {
            int sent = 0;
            while (sent < line.Length) sent += await _socket.SendAsync(line.AsMemory(sent)).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            if (!_datagrams && !_stop.IsCancellationRequested) await Reconnect().ConfigureAwait(false);
            return false;
        }
    }

    private async Task Reconnect()
    {
        _socket.Dispose();
        try
        {
            await Task.Delay(PauseMilliseconds, _stop).ConfigureAwait(false);
            _socket = Connected();
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // The next line tries again.
        }
    }

    private Socket Connected()
    {
        Socket socket = _datagrams ? new(SocketType.Dgram, ProtocolType.Udp) : new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(_stop);
            patience.CancelAfter(PatienceMilliseconds);
            socket.ConnectAsync(_host, _port, patience.Token).AsTask().GetAwaiter().GetResult();
            return socket;
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
