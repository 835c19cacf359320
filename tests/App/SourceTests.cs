using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OpenCvSharp;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Sources of frames: how they are named, what they deliver, and how they fail.</summary>
public sealed class SourceTests
{
    private const string NoFfmpeg = "ffmpeg is not installed, so no camera can be imitated";

    [Fact]
    public void Every_kind_of_source_has_help_and_takes_its_examples()
    {
        foreach (SourceKind kind in SourceKinds.All)
        {
            Assert.False(string.IsNullOrWhiteSpace(kind.Help));
            Assert.NotEmpty(kind.Examples);
            Assert.All(kind.Examples, name => Assert.Same(kind, SourceKinds.Of(name)));
        }
    }

    [Fact]
    public async Task A_pipe_is_no_image()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(0, Cli.Try("mkfifo", folder["f.jpg"])!.Value.Code);
        using ImageSource source = new(folder["f.jpg"], null);
        using Mat image = new();
        Task<UserError> read = Task.Run(() => Assert.Throws<UserError>(() => source.Read(image)));
        UserError refusal = await read.WaitAsync(TimeSpan.FromSeconds(20)); // it would wait for somebody to write into the pipe
        Assert.Contains("f.jpg is a pipe", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_camera_skipped_counts_across_reconnections()
    {
        using ManualResetEvent stop = new(false);
        using Mat image = new();
        using ReconnectingSource source = new(() => new BriefSource(), stop);
        for (int opened = 1; opened <= 3; opened++)
        {
            Assert.True(source.Read(image));
            Assert.Equal(3 * opened, source.Skipped);
        }
    }

    [Trait("Set", "Slow")]
    [SkippableFact]
    public void A_stream_that_vanishes_is_opened_again()
    {
        Skip.If(Cli.Try("ffmpeg", "-version") is not { Code: 0 }, NoFfmpeg);
        int port = FreePort();
        using ManualResetEvent stop = new(false);
        using Mat image = new();
        Process camera = Serve(port);
        using ReconnectingSource source = new(() => Retry(Address(port)), stop);
        for (int i = 0; i < 5; i++) Assert.True(source.Read(image));
        Assert.Equal(new Size(1280, 720), image.Size());

        for (int round = 1; round <= 3; round++)
        {
            camera.Kill();
            camera.WaitForExit();
            camera.Dispose();
            camera = Serve(port);
            // Frames that were on their way still arrive; then the gap; then new ones.
            for (int i = 0; i < 300 && source.Reconnections < round; i++) Assert.True(source.Read(image));
            Assert.Equal(round, source.Reconnections);
            Assert.Null(source.Status);
        }

        camera.Kill();
        camera.WaitForExit();
        camera.Dispose();
        stop.Set();
        bool ended = false;
        for (int i = 0; i < 300 && !ended; i++) ended = !source.Read(image);
        Assert.True(ended, "the source continues although it was stopped");
        Assert.Equal("reconnecting", source.Status);
    }

    [SkippableFact]
    [Trait("Set", "Slow")]
    public void A_stream_of_another_kind_is_read_through_ffmpeg()
    {
        Skip.If(Cli.Try("ffmpeg", "-version") is not { Code: 0 }, NoFfmpeg);
        int port = FreePort();
        string url = string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{port}");
        using Process sender = Ffmpeg("-f", "mpegts", url + "?listen=1");
        using StreamSource source = Retry(url);
        using Mat image = new();
        for (int i = 0; i < 5; i++) Assert.True(source.Read(image));
        Assert.Equal(new Size(1280, 720), image.Size());
        Cli.Try("kill", "-STOP", sender.Id.ToString(CultureInfo.InvariantCulture)); // it stalls, but the connection stays open
        bool ended = false;
        for (int i = 0; i < 300 && !ended; i++) ended = !source.Read(image);
        sender.Kill();
        sender.WaitForExit();
        Assert.True(ended, "the source waits forever for a silent sender");
    }

    [Theory]
    [InlineData("--b\r\nContent-Type: image/jpeg\r\nContent-Length: 4\r\n\r\nabcd\r\n--b\r\ncontent-length: 2\r\n\r\nxy\r\n", "abcd|xy")]
    [InlineData("--b\nContent-Type: image/jpeg\n\nA~\u00d9\n--b\nContent-Type: image/jpeg\n\nBC~\u00d9", "A~\u00d9|BC~\u00d9")]
    [InlineData("--b\r\nContent-Length: 9\r\n\r\nabcd", "")]
    [InlineData("no headers at all", "")]
    [InlineData("", "")]
    public void MJPEG_parts_are_cut_by_length_or_marker(string stream, string expected)
    {
        // '~' stands for 0xFF, which no string literal can hold as a byte of Latin-1 text here.
        byte[] bytes = System.Text.Encoding.Latin1.GetBytes(stream.Replace('~', '\u00ff'));
        using MjpegReader reader = new(new MemoryStream(bytes));
        List<string> parts = [];
        while (reader.Next() is { IsEmpty: false } part) parts.Add(System.Text.Encoding.Latin1.GetString(part.Span).Replace('\u00ff', '~'));
        Assert.Equal(expected, string.Join('|', parts));
    }

    [Fact]
    public void A_stream_that_does_not_exist_is_refused_by_name()
    {
        string url = Address(FreePort());
        Assert.Contains(url, Refusal(url), StringComparison.Ordinal);
    }

    [Fact]
    public void Globs_and_folders_come_in_the_order_of_names_and_sizes_may_differ()
    {
        using TemporaryFolder folder = new();
        foreach ((string name, int size) in new[] { ("b.png", 30), ("a.png", 20), ("c.jpg", 40) })
        {
            using Mat image = new(size, size, MatType.CV_8UC3, new Scalar(size));
            Cv2.ImWrite(folder[name], image);
        }

        Assert.Equal([20, 30, 40], Widths(folder.Path));
        Assert.Equal([20, 30], Widths(folder["*.png"]));
        Assert.Equal([30], Widths(folder["b.png"]));
    }

    [Fact]
    public void Unreadable_images_are_skipped_and_reported_unless_strict()
    {
        using TemporaryFolder folder = new();
        using Mat small = new(20, 20, MatType.CV_8UC3, Scalar.All(90)), huge = new(1, 20_000, MatType.CV_8UC3, Scalar.All(90));
        Cv2.ImWrite(folder["a.png"], small);
        File.WriteAllText(folder["b.png"], "not an image");
        Cv2.ImWrite(folder["c.png"], small);
        Cv2.ImWrite(folder["d.png"], huge);
        using (ImageSource source = new(folder.Path, null))
        using (Mat image = new())
        {
            Assert.True(source.Read(image) && source.Read(image));
            Assert.False(source.Read(image));
            Assert.Contains("skipped 2 of 4", Assert.Single(source.Problems), StringComparison.Ordinal);
        }

        Assert.Contains("b.png", Unreadable(folder.Path, strict: true), StringComparison.Ordinal);
        Assert.Contains("b.png", Unreadable(folder["b.*"], strict: false), StringComparison.Ordinal);
        Assert.Contains("20000", Unreadable(folder["d.png"], strict: false), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v4l2:///dev/video9", "/dev/video9")]
    [InlineData("/dev/video9", "/dev/video9")]
    [InlineData("9", "/dev/video9")]
    [InlineData("v4l2://nine", "v4l2://nine")]
    public void Camera_names_are_understood(string uri, string named) => Assert.Contains(named, Refusal(uri), StringComparison.Ordinal);

    private static string Refusal(string uri)
    {
        using ManualResetEvent stop = new(false);
        return Assert.Throws<UserError>(() => SourceFactory.Open(uri, new SourceOptions(), stop)).Message;
    }

    private static string Unreadable(string path, bool strict)
    {
        using ImageSource source = new(path, null, strict);
        using Mat image = new();
        return Assert.Throws<UserError>(() =>
        {
            while (source.Read(image))
            {
                // To the unreadable one.
            }
        }).Message;
    }

    private static List<int> Widths(string uri)
    {
        using ManualResetEvent stop = new(false);
        using ISource source = SourceFactory.Open(uri, new SourceOptions(), stop);
        using Mat image = new();
        List<int> widths = [];
        while (source.Read(image)) widths.Add(image.Width);
        return widths;
    }

    /// <summary>An MJPEG camera on loopback: ffmpeg serves the bundled clip to one reader.</summary>
    private static Process Serve(int port) => Ffmpeg("-f", "mpjpeg", "-listen", "1", Address(port));

    /// <summary>ffmpeg sending the bundled clip again and again, at its own rate.</summary>
    private static Process Ffmpeg(params string[] output)
    {
        string clip = Path.Combine(Repository.Root, "app", "Assets", "street.mp4");
        string[] arguments = ["-nostdin", "-loglevel", "quiet", "-re", "-stream_loop", "-1", "-i", clip, .. output];
        return Process.Start(new ProcessStartInfo("ffmpeg", arguments) { UseShellExecute = false })!;
    }

    private static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/");

    /// <summary>Opens a stream whose server needs a moment to listen: the first opening, which may throw, is tried again.</summary>
    private static StreamSource Retry(string url)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return new StreamSource(url, null);
            }
            catch (UserError) when (attempt < 400)
            {
                using ManualResetEvent never = new(false);
                never.WaitOne(25);
            }
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
