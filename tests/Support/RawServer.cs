using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RealtimeSeg.Tests.Support;

/// <summary>A TCP server on loopback that does with each connection what a test says: a camera with habits.</summary>
internal sealed class RawServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private int _connections;

    /// <param name="serve">Gets the stream, the number of the connection from 0, and what ends with the server.</param>
    public RawServer(Func<NetworkStream, int, CancellationToken, Task> serve)
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync(serve);
    }

    public int Port { get; }

    /// <summary>Connections so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Its address, with what comes before the host.</summary>
    public string Address(string scheme, string login = "")
        => string.Create(CultureInfo.InvariantCulture, $"{scheme}://{login}127.0.0.1:{Port}/");

    /// <summary>The request's head, to the empty line.</summary>
    public static async Task<string> RequestAsync(NetworkStream stream, CancellationToken end)
    {
        StringBuilder text = new();
        byte[] one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, end) == 1)
            text.Append((char)one[0]);
        return text.ToString();
    }

    /// <summary>Sends text as ASCII.</summary>
    public static async Task SendAsync(NetworkStream stream, string text, CancellationToken end)
        => await stream.WriteAsync(Encoding.ASCII.GetBytes(text), end);

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync(Func<NetworkStream, int, CancellationToken, Task> serve)
    {
        CancellationToken end = _end.Token;
        while (!end.IsCancellationRequested)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync(end);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            int number = Interlocked.Increment(ref _connections) - 1;
            _ = ServeAsync(client, number, serve, end);
        }
    }

    private static async Task ServeAsync(
        TcpClient client, int number, Func<NetworkStream, int, CancellationToken, Task> serve, CancellationToken end)
    {
        using (client)
        {
            try
            {
                await serve(client.GetStream(), number, end);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The reader left, or the test is over.
            }
        }
    }
}
