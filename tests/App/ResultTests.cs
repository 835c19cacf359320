using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Sinks;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary><c>--results</c>: an object per frame, with the connected parts of each class.</summary>
public sealed class ResultTests : IDisposable
{
    private readonly EglContext _context = new();
    private readonly Renderer _renderer;
    private readonly FrameSlot _slot = new() { Index = 7, Seconds = 0.25 };
    private readonly TemporaryFolder _folder = new();

    /// <summary>
    /// Labels of 20×10 for a frame of 40×30, of class 0 but for class 1: a square of 4×4 that touches one of 2×2 by a corner, and one
    /// pixel apart.
    /// </summary>
    public ResultTests()
    {
        _renderer = new Renderer(_context.Gl, ["ground", "car", "sky"], [1, 2, 3], new RenderOptions());
        _slot.Image.Create(30, 40, MatType.CV_8UC3);
        _slot.Labels.Create(10, 20, MatType.CV_8UC1);
        _slot.Confidence.Create(10, 20, MatType.CV_8UC1);
        _slot.Labels.SetTo(new Scalar(0));
        _slot.Confidence.SetTo(new Scalar(51));
        foreach (Rect square in new[] { new Rect(2, 1, 4, 4), new Rect(6, 5, 2, 2), new Rect(15, 8, 1, 1) })
        {
            using Mat labels = new(_slot.Labels, square), confidence = new(_slot.Confidence, square);
            labels.SetTo(new Scalar(1));
            confidence.SetTo(new Scalar(204));
        }
    }

    public void Dispose()
    {
        _slot.Dispose();
        _renderer.Dispose();
        _context.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Parts_of_a_class_are_told_in_the_frames_pixels()
    {
        JsonElement frame = Results(new ResultOptions(_folder["r.jsonl"], Simplify: 0, LeastArea: 0));
        Assert.Equal([7, 0.25, 40, 30], new[] { "frame", "seconds", "width", "height" }.Select(k => frame.GetProperty(k).GetDouble()));
        JsonElement car = frame.GetProperty("classes")[1];
        Assert.Equal("car", car.GetProperty("class").GetString());
        Assert.Equal(21 / 200.0, car.GetProperty("share").GetDouble(), 5);
        JsonElement[] parts = [.. car.GetProperty("components").EnumerateArray()];
        Assert.Equal(2, parts.Length); // what touches by a corner is one
        Assert.Equal([4, 3, 12, 18], Numbers(parts[0].GetProperty("box")));
        Assert.Equal(20 * 6, parts[0].GetProperty("area").GetDouble());
        Assert.Equal([9.2, 10.8], Numbers(parts[0].GetProperty("centroid")));
        Assert.Equal(0.8, parts[0].GetProperty("confidence").GetDouble());
        Assert.Equal([30, 24, 2, 3], Numbers(parts[1].GetProperty("box")));
        Assert.Equal([31, 25.5], Numbers(parts[1].GetProperty("polygon")[0]));
        double[][] border = [.. parts[0].GetProperty("polygon").EnumerateArray().Select(Numbers)];
        Assert.Contains(border, p => p.SequenceEqual([5, 4.5]));
        Assert.Contains(border, p => p.SequenceEqual([15, 19.5]));
        Assert.Equal(0, frame.GetProperty("classes")[2].GetProperty("components").GetArrayLength());
    }

    [Fact]
    public void Small_parts_are_left_out_and_borders_are_simplified()
    {
        JsonElement plain = Parts(new ResultOptions(_folder["r.jsonl"], Simplify: 0, LeastArea: 7))[0];
        JsonElement[] simple = Parts(new ResultOptions(_folder["s.jsonl"], Simplify: 8, LeastArea: 7));
        Assert.Single(simple);
        Assert.InRange(simple[0].GetProperty("polygon").GetArrayLength(), 2, plain.GetProperty("polygon").GetArrayLength() - 1);
    }

    /// <summary>What shaders label has no confidence in memory.</summary>
    [Fact]
    public void Confidence_that_is_not_known_is_not_told()
    {
        _slot.IsOnGpu = true;
        JsonElement part = Parts(new ResultOptions(_folder["r.jsonl"]))[0];
        Assert.False(part.TryGetProperty("confidence", out _));
        Assert.True(part.TryGetProperty("box", out _));
    }

    [Fact]
    public async Task Lines_come_over_TCP()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        ResultOptions options = new($"tcp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        using ISink sink = SinkFactory.Results(options, Studio.Context());
        using TcpClient client = await listener.AcceptTcpClientAsync();
        using StreamReader reader = new(client.GetStream());
        sink.Present(_renderer, _slot);
        Assert.Equal(7, JsonDocument.Parse((await reader.ReadLineAsync())!).RootElement.GetProperty("frame").GetInt32());
        sink.Finish();
        Assert.Empty(sink.Problems);
    }

    [Fact]
    public async Task A_frame_is_a_datagram_over_UDP()
    {
        using UdpClient receiver = new(new IPEndPoint(IPAddress.Loopback, 0));
        ResultOptions options = new($"udp://127.0.0.1:{((IPEndPoint)receiver.Client.LocalEndPoint!).Port}");
        using ISink sink = SinkFactory.Results(options, Studio.Context());
        sink.Present(_renderer, _slot);
        Assert.Equal(7, JsonDocument.Parse((await receiver.ReceiveAsync()).Buffer).RootElement.GetProperty("frame").GetInt32());
    }

    /// <summary>A receiver that goes away costs results, which are counted, and holds up nothing.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public async Task What_a_receiver_missed_is_told_at_the_end()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        ResultOptions options = new($"tcp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        using ISink sink = SinkFactory.Results(options, Studio.Context());
        using (TcpClient client = await listener.AcceptTcpClientAsync()) client.LingerState = new LingerOption(true, 0);
        listener.Stop();
        for (int i = 0; i < 200; i++) sink.Present(_renderer, _slot);
        sink.Finish();
        Assert.Contains("did not get the results of", Assert.Single(sink.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp://127.0.0.1:1", "nobody takes them")]
    [InlineData("tcp://here", "give tcp://HOST:PORT")]
    [InlineData("udp://here:99/path", "give tcp://HOST:PORT")]
    public void Addresses_that_lead_nowhere_are_refused(string target, string says)
    {
        UserError e = Assert.Throws<UserError>(() => SinkFactory.Results(new ResultOptions(target), Studio.Context()));
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(n => n.GetDouble())];

    private JsonElement[] Parts(ResultOptions options)
        => [.. Results(options).GetProperty("classes")[1].GetProperty("components").EnumerateArray()];

    private JsonElement Results(ResultOptions options)
    {
        using ISink sink = SinkFactory.Results(options, Studio.Context());
        sink.Present(_renderer, _slot);
        Assert.Equal(options.Target, sink.Finish());
        return JsonDocument.Parse(Assert.Single(File.ReadAllLines(options.Target!))).RootElement;
    }
}
