using System.Security.Cryptography;
using System.Text;
using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Network cameras that behave badly, or ask for a password.</summary>
public sealed class StreamTests(AppModel model) : IClassFixture<AppModel>
{
    private const string Multipart = "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n";

    /// <summary>Ten times what any of these takes.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public void The_newest_complete_image_is_decoded_and_stamped_when_it_arrived()
    {
        using ManualResetEventSlim sendMore = new();
        using RawServer camera = new(async (stream, _, end) =>
        {
            await RawServer.SendAsync(stream, Multipart, end);
            await stream.WriteAsync(Part(0), end);
            await Task.Run(() => sendMore.Wait(end), end);
            for (int i = 1; i <= 20; i++) await stream.WriteAsync(Part(i * 10), end);
            await Task.Delay(Timeout.Infinite, end);
        });
        using StreamSource source = new(camera.Address("http"), null);
        using Mat image = new();
        Assert.True(source.Read(image));
        sendMore.Set();
        long before = source.Timing.Arrived!.Value;
        Assert.True(SpinWait.SpinUntil(() => source.Skipped == 19, Deadline));
        long all = WallClock.Timestamp;
        Assert.True(source.Read(image));
        Assert.InRange(image.At<Vec3b>(5, 5).Item0, 195, 205);
        Assert.InRange(source.Timing.Arrived!.Value, before + 1, all); // before it was asked for, and decoded
    }

    [Theory]
    [Trait("Set", "Slow")]
    [InlineData("headers")]
    [InlineData("image")]
    public void A_camera_that_drips_bytes_for_ever_is_lost(string where)
    {
        using RawServer camera = new(async (stream, _, end) =>
        {
            await RawServer.SendAsync(stream, Multipart, end);
            await stream.WriteAsync(Part(100), end);
            if (where == "image") await RawServer.SendAsync(stream, "--b\r\nContent-Length: 1000000\r\n\r\n", end);
            while (!end.IsCancellationRequested)
            {
                await RawServer.SendAsync(stream, "x", end);
                await Task.Delay(20, end);
            }
        });
        using StreamSource source = new(camera.Address("http"), null);
        using Mat image = new();
        Assert.True(source.Read(image));
        Assert.False(Within(() => source.Read(image)));
    }

    [SkippableTheory]
    [InlineData("http", "")]
    [InlineData("http", Multipart)]
    [InlineData("tcp", "")]
    public void A_silent_camera_does_not_hold_up_the_end_of_the_run(string scheme, string greeting)
    {
        Skip.If(scheme == "tcp" && ChildProcess.Find("ffmpeg") is null, "ffmpeg is not installed");
        using ManualResetEventSlim connected = new();
        using ManualResetEvent stop = new(false);
        using RawServer camera = new(async (stream, _, end) =>
        {
            await RawServer.SendAsync(stream, greeting, end);
            connected.Set();
            await Task.Delay(Timeout.Infinite, end);
        });
        Task<bool> read = Task.Run(() =>
        {
            using ISource source = SourceFactory.Open(camera.Address(scheme), new SourceOptions(), stop);
            using Mat image = new();
            return source.Read(image);
        });
        Assert.True(connected.Wait(Deadline));
        long begun = WallClock.Timestamp;
        stop.Set();
        Assert.False(Within(() => read.Result));
        Assert.InRange(WallClock.Timestamp - begun, 0, 5_000_000_000); // the first image has eight seconds
    }

    [Theory]
    [InlineData("Basic")]
    [InlineData("Digest")]
    public void A_camera_gets_its_password_and_nobody_else_sees_it(string scheme)
    {
        const string User = "me", Password = "s3cr t@";
        using RawServer camera = new(async (stream, _, end) =>
        {
            string request = await RawServer.RequestAsync(stream, end);
            string basic = "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"{User}:{Password}"));
            string answer = scheme == "Basic" ? basic : $"response=\"{DigestOf(User, Password)}\"";
            bool knows = request.Contains(answer, StringComparison.Ordinal);
            string challenge = scheme == "Basic" ? "Basic realm=\"cam\"" : "Digest realm=\"cam\", nonce=\"n\"";
            string refusal = $"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: {challenge}\r\nConnection: close\r\n\r\n";
            await RawServer.SendAsync(stream, knows ? Multipart : refusal, end);
            for (int i = 0; knows && i < 3; i++) await stream.WriteAsync(Part(100), end);
        });
        using (StreamSource source = new(camera.Address("http", "me:s3cr%20t%40@"), null))
        {
            using Mat image = new();
            Assert.True(source.Read(image));
            Assert.DoesNotContain("s3cr", source.Name, StringComparison.Ordinal);
            Assert.Contains("127.0.0.1", source.Name, StringComparison.Ordinal);
        }

        UserError wrong = Assert.Throws<UserError>(() => new StreamSource(camera.Address("http", "me:s3cret@"), null));
        Assert.Contains("401", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", wrong.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("rtsp")]
    [InlineData("tcp")]
    [InlineData("http")]
    public void No_message_shows_a_password(string scheme)
    {
        Skip.If(ChildProcess.Find("ffmpeg") is null, "ffmpeg is not installed");
        using RawServer camera = new((_, _, _) => Task.CompletedTask);
        string message = Assert.Throws<UserError>(() => new StreamSource(camera.Address(scheme, "me:s3cret@"), null)).Message;
        Assert.DoesNotContain("s3cret", message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/v")]
    [InlineData("http:///v")]
    [InlineData("http://[/")]
    [InlineData("/round/and/round")]
    public void A_camera_that_redirects_to_no_camera_is_refused(string target)
    {
        using RawServer camera = new((stream, _, end) => RedirectAsync(stream, target, end));
        string message = Assert.Throws<UserError>(() => new StreamSource(camera.Address("http"), null)).Message;
        Assert.Contains("redirects", message, StringComparison.Ordinal);
        Assert.InRange(camera.Connections, 1, 10);
    }

    /// <summary>It restarts, say: what it answers meanwhile ends nothing.</summary>
    [Fact]
    public void A_camera_that_answers_nonsense_for_a_while_is_opened_again_and_followed_to_its_new_address()
    {
        using ManualResetEvent stop = new(false);
        using Mat image = new();
        using RawServer moved = new(async (stream, _, end) => await stream.WriteAsync((byte[])[.. Head(), .. Part(100)], end));
        using RawServer camera = new(async (stream, number, end) =>
        {
            if (number == 0) await stream.WriteAsync((byte[])[.. Head(), .. Part(50)], end);
            else await RedirectAsync(stream, number < 3 ? "file:///etc/passwd" : moved.Address("http") + "v", end);
        });
        using ISource source = SourceFactory.Open(camera.Address("http"), new SourceOptions(), stop);
        Assert.True(source.Read(image));
        Assert.True(Within(() => source.Read(image)));
        Assert.InRange(image.At<Vec3b>(5, 5).Item0, 95, 105);
    }

    [Theory]
    [InlineData("HTTP/1.1 500 a\x1b[31mred\x07\r\nConnection: close\r\n\r\n", "500 a[31mred")]
    [InlineData("HTTP/1.1 401 No\r\nConnection: close\r\n\r\n", "USER:PASSWORD@")]
    public void What_a_camera_says_reaches_the_terminal_as_text_alone(string answer, string shown)
    {
        using RawServer camera = new(async (stream, _, end) =>
        {
            await RawServer.RequestAsync(stream, end);
            await RawServer.SendAsync(stream, answer, end);
        });
        string message = Assert.Throws<UserError>(() => new StreamSource(camera.Address("http"), null)).Message;
        Assert.Contains(shown, message, StringComparison.Ordinal);
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Trait("Set", "Slow")]
    [SkippableTheory]
    [InlineData("s3#cret")]
    [InlineData("s3?cret")]
    [InlineData("s3/cret")]
    [InlineData("12/cret")]
    [InlineData("s3 cret")]
    [InlineData("s3'cret")]
    [InlineData("s3@cret")]
    [InlineData("s3%23cret")]
    public void No_message_shows_a_password_with_odd_characters(string password)
    {
        Skip.If(ChildProcess.Find("ffmpeg") is null, "ffmpeg is not installed");
        using RawServer camera = new((_, _, _) => Task.CompletedTask);
        foreach (string scheme in (string[])["rtsp", "http"])
        {
            string address = camera.Address(scheme, $"admin:{password}@");
            (int code, string error) = InProcess.App("live", address, "null", "--headless", "--model", model.File);
            Assert.Equal(CommandRunner.UserErrorCode, code);
            Assert.StartsWith("error: ", error, StringComparison.Ordinal);
            Assert.DoesNotContain("cret", error, StringComparison.Ordinal);
            Assert.Equal(password.AsSpan().ContainsAny("/?#"), error.Contains("as %2F %3F and %23", StringComparison.Ordinal));
        }
    }

    [SkippableFact]
    public void A_probe_of_an_http_address_is_closed_before_ffmpeg_asks_again()
    {
        Skip.If(ChildProcess.Find("ffmpeg") is null, "ffmpeg is not installed");
        using TemporaryFolder folder = new();
        string[] make = ["-nostdin", "-loglevel", "error", "-i", "app/Assets/street.mp4", "-t", "1", folder["clip.ts"]];
        Assert.Equal(0, Cli.Try("ffmpeg", make)!.Value.Code);
        byte[] clip = File.ReadAllBytes(folder["clip.ts"]);
        int open = 0, most = 0;
        using RawServer camera = new(async (stream, _, end) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref open));
            string request = await RawServer.RequestAsync(stream, end);
            await RawServer.SendAsync(stream, $"HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nContent-Length: {clip.Length}\r\n\r\n", end);
            bool isProbe = !request.Contains("Lavf", StringComparison.Ordinal);
            if (!isProbe) await stream.WriteAsync(clip, end);
            while (await stream.ReadAsync(new byte[1], end) > 0)
            {
                // Until the reader closes.
            }

            Interlocked.Decrement(ref open);
        });
        using StreamSource source = new(camera.Address("http"), null);
        using Mat image = new();
        Assert.True(source.Read(image));
        Assert.Equal(new Size(1280, 720), image.Size());
        Assert.Equal(1, most);
    }

    [SkippableTheory]
    [InlineData("http")]
    [InlineData("tcp")]
    public void A_playlist_from_the_network_cannot_read_local_files(string scheme)
    {
        Skip.If(ChildProcess.Find("ffmpeg") is null, "ffmpeg is not installed");
        using TemporaryFolder folder = new();
        string[] copy = ["-nostdin", "-loglevel", "error", "-i", "app/Assets/street.mp4", "-t", "1", folder["private.ts"]];
        Assert.Equal(0, Cli.Try("ffmpeg", copy)!.Value.Code);
        string list = $"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:1.0,\nfile://{folder["private.ts"]}\n#EXT-X-ENDLIST\n";
        string head = $"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.apple.mpegurl\r\nContent-Length: {list.Length}\r\n\r\n";
        using RawServer server = new(async (stream, _, end) =>
        {
            if (scheme == "http") await RawServer.RequestAsync(stream, end);
            await RawServer.SendAsync(stream, scheme == "http" ? head + list : list, end);
        });
        Assert.Throws<UserError>(() => new StreamSource(server.Address(scheme), null));
    }

    [SkippableFact]
    public void A_local_playlist_cannot_reach_the_network()
    {
        Skip.If(ChildProcess.Find("ffmpeg") is null, "ffmpeg is not installed");
        using TemporaryFolder folder = new();
        using RawServer server = new((_, _, _) => Task.CompletedTask);
        string list = $"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1.0,\n{server.Address("http")}a.ts\n#EXT-X-ENDLIST\n";
        File.WriteAllText(folder["list.m3u8"], list);
        Assert.Throws<UserError>(() => new VideoSource(folder["list.m3u8"], null));
        Assert.Equal(0, server.Connections);
    }

    private static async Task RedirectAsync(Stream stream, string target, CancellationToken end)
    {
        string head = $"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), end);
    }

    private static byte[] Head() => Encoding.ASCII.GetBytes(Multipart);

    private static string DigestOf(string user, string password)
    {
#pragma warning disable CA5351 // It is what the protocol asks for.
        static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.ASCII.GetBytes(text)));
#pragma warning restore CA5351
        return Md5($"{Md5($"{user}:cam:{password}")}:n:{Md5("GET:/")}");
    }

    private static bool Within(Func<bool> wait)
    {
        Task<bool> task = Task.Run(wait);
        Assert.True(task.Wait(Deadline), "it waits for ever");
        return task.Result;
    }

    /// <summary>A part of a multipart stream: a grey image.</summary>
    private static byte[] Part(int grey)
    {
        using Mat image = new(48, 64, MatType.CV_8UC3, Scalar.All(grey));
        Cv2.ImEncode(".jpg", image, out byte[] jpeg);
        string head = $"--b\r\nContent-Type: image/jpeg\r\nContent-Length: {jpeg.Length}\r\n\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. jpeg, .. "\r\n"u8];
    }
}
