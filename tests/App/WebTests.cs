using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OpenCvSharp;
using RealtimeSeg.Engine;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Inference;
using RealtimeSeg.Input;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Web;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>The page, served while the app runs on the toy street.</summary>
public sealed class WebTests(AppModel model) : IClassFixture<AppModel>
{
    private const string Token = "a-secret-for-tests";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task The_page_shows_images_and_figures_and_its_buttons_work()
    {
        await ServeAsync("127.0.0.1:0", null, async (client, stop) =>
        {
            Assert.Contains("<title>RealtimeSeg</title>", await client.GetStringAsync("/"), StringComparison.Ordinal);
            using Mat image = Cv2.ImDecode(await client.GetByteArrayAsync("/frame.jpg"), ImreadModes.Color);
            Assert.Equal(new Size(480, 360), image.Size());
            Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsync("/view/2", null)).StatusCode);
            JsonElement stats = await UntilAsync(client, s => s.GetProperty("view").GetString() == "mask");
            Assert.True(stats.GetProperty("frames").GetInt64() > 0);
            Assert.True(stats.GetProperty("stages").GetProperty("infer").GetDouble() > 0);
            Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsync("/do/pause", null)).StatusCode);
            Assert.True((await UntilAsync(client, s => s.GetProperty("paused").GetBoolean())).GetProperty("fps").GetDouble() > 0);
            foreach (string wrong in new[] { "/do/quit", "/do/View", "/view/0", $"/view/{Views.All.Count + 1}" })
                Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync(wrong, null)).StatusCode);
        });
    }

    [Fact]
    public async Task The_buttons_are_the_rows_of_the_tables_and_each_of_them_is_answered()
    {
        await ServeAsync("127.0.0.1:0", null, async (client, stop) =>
        {
            JsonElement ui = await client.GetFromJsonAsync<JsonElement>("/ui.json");
            JsonElement[] views = [.. ui.GetProperty("views").EnumerateArray()];
            JsonElement[] commands = [.. ui.GetProperty("commands").EnumerateArray()];
            string[] names = [.. views.Select(v => v.GetProperty("name").GetString()!)];
            Assert.Equal([.. Views.All.Select(v => v.Name)], names, StringComparer.Ordinal);
            Assert.Equal(KeyTable.Rows.Count(r => r.Page is not null), commands.Length);
            Assert.All([.. views, .. commands], b => Assert.NotEqual("", b.GetProperty("help").GetString(), StringComparer.Ordinal));
            foreach (JsonElement command in commands)
            {
                using HttpResponseMessage answer = await client.PostAsync($"/do/{command.GetProperty("name").GetString()}", null);
                Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
            }

            for (int number = 1; number <= views.Length; number++)
            {
                Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsync($"/view/{number}", null)).StatusCode);
                await UntilAsync(client, s => s.GetProperty("view").GetString() == Views.All[number - 1].Name);
            }
        });
    }

    [Fact]
    [Trait("Set", "Slow")]
    public async Task Twenty_viewers_all_get_images_and_one_that_does_not_read_delays_nobody()
    {
        await ServeAsync("127.0.0.1:0", null, async (client, stop) =>
        {
            // This one never reads.
            using HttpResponseMessage asleep = await client.GetAsync("/stream.mjpg", HttpCompletionOption.ResponseHeadersRead);
            int[] parts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PartsAsync(client, 5)));
            Assert.All(parts, n => Assert.Equal(5, n));
        });
    }

    [Theory]
    [InlineData("Host", "evil.example", HttpStatusCode.Unauthorized)]
    [InlineData("Origin", "http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    public async Task Pages_of_other_sites_are_refused(string header, string value, HttpStatusCode expected)
    {
        await ServeAsync("127.0.0.1:0", null, async (client, stop) =>
        {
            using HttpRequestMessage request = new(HttpMethod.Post, "/do/pause");
            request.Headers.TryAddWithoutValidation(header, value);
            Assert.Equal(expected, (await client.SendAsync(request)).StatusCode);
        });
    }

    [Fact]
    public async Task With_a_token_every_request_needs_it()
    {
        await ServeAsync("127.0.0.1:0", Token, async (client, stop) =>
        {
            foreach (string path in new[] { "/", "/ui.json", "/stats.json", "/frame.jpg", "/?token=wrong" })
                Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(path)).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/?token={Token}")).StatusCode);
            using HttpRequestMessage bearer = new(HttpMethod.Get, "/frame.jpg");
            bearer.Headers.Authorization = new("Bearer", Token);
            using HttpClient fresh = new() { BaseAddress = client.BaseAddress };
            Assert.Equal(HttpStatusCode.OK, (await fresh.SendAsync(bearer)).StatusCode);
        });
    }

    [Fact]
    public async Task Malformed_requests_do_no_harm()
    {
        await ServeAsync("127.0.0.1:0", null, async (client, stop) =>
        {
            Random random = new(5);
            byte[] good = "POST /view/2 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"u8.ToArray();
            for (int i = 0; i < 60; i++)
            {
                byte[] bytes = [.. good];
                for (int k = 0; k <= i % 6; k++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                using System.Net.Sockets.TcpClient raw = new();
                await raw.ConnectAsync(client.BaseAddress!.Host, client.BaseAddress.Port);
                await raw.GetStream().WriteAsync(i % 4 == 0 ? bytes.AsMemory(0, random.Next(bytes.Length)) : bytes);
            }

            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/frame.jpg")).StatusCode);
        });
    }

    [Theory]
    [InlineData("0.0.0.0:8080", null, "--http-token")]
    [InlineData("192.168.1.5:8080", null, "--http-token")]
    [InlineData("0.0.0.0:8080", "short", "at least 8")]
    [InlineData("nowhere", null, "ADDRESS:PORT")]
    [InlineData("127.0.0.1", null, "ADDRESS:PORT")]
    public void Addresses_that_others_can_reach_need_a_token(string address, string? token, string expected)
        => Assert.Contains(expected, Assert.Throws<UserError>(() => WebAddress.Parse(address, token)).Message, StringComparison.Ordinal);

    [SkippableFact]
    public async Task A_browser_shows_the_page()
    {
        Skip.If(Cli.Try("chromium", "--version") is null, "chromium is not installed: apt-get install chromium");
        await ServeAsync("127.0.0.1:0", null, async (client, stop) =>
        {
            using TemporaryFolder profile = new();
            string[] options = ["--headless", "--no-sandbox", "--disable-gpu", $"--user-data-dir={profile.Path}"];
            string[] dump = ["--virtual-time-budget=3000", "--timeout=20000", "--dump-dom", client.BaseAddress!.ToString()];
            (int code, string dom, string error) = (await Task.Run(() => Cli.Try("chromium", [.. options, .. dump])))!.Value;
            Assert.True(code == 0, error);
            Assert.Contains($">{Views.All[^1].Name}</button>", dom, StringComparison.Ordinal);
            Assert.Contains("frames/s", dom, StringComparison.Ordinal); // the script ran and had figures
            Assert.Contains("aria-pressed=\"true\"", dom, StringComparison.Ordinal);
        });
    }

    /// <summary>Reads this many images from the stream.</summary>
    private static async Task<int> PartsAsync(HttpClient client, int wanted)
    {
        using HttpResponseMessage response = await client.GetAsync("/stream.mjpg", HttpCompletionOption.ResponseHeadersRead);
        Assert.StartsWith("multipart/x-mixed-replace", response.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
        using Stream stream = await response.Content.ReadAsStreamAsync();
        using BinaryReader reader = new(stream);
        return await Task.Run(() =>
        {
            const string Length = "Content-Length: ";
            for (int i = 0; i < wanted; i++)
            {
                int length = 0;
                for (string line = Line(reader); line.Length > 0 || length == 0; line = Line(reader))
                {
                    if (line.StartsWith(Length, StringComparison.Ordinal))
                        length = int.Parse(line[Length.Length..], CultureInfo.InvariantCulture);
                }

                byte[] jpeg = reader.ReadBytes(length);
                Assert.Equal([0xFF, 0xD8], jpeg[..2]);
            }

            return wanted;
        });
    }

    private static string Line(BinaryReader reader)
    {
        System.Text.StringBuilder line = new();
        for (byte b = reader.ReadByte(); b != '\n'; b = reader.ReadByte()) line.Append((char)b);
        return line.ToString().TrimEnd('\r');
    }

    private static async Task<JsonElement> UntilAsync(HttpClient client, Predicate<JsonElement> condition)
    {
        for (long begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < Patience;)
        {
            using HttpResponseMessage answer = await client.GetAsync("/stats.json");
            JsonElement? stats = answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonElement>() : null;
            if (stats is { } figures && condition(figures)) return figures;
            await client.GetAsync("/"); // as much of a pause as a request takes
        }

        throw new TimeoutException("the figures never showed it");
    }

    /// <summary>Runs the app on the toy street with a page, and a client of the page beside it.</summary>
    private async Task ServeAsync(string address, string? token, Func<HttpClient, CancellationTokenSource, Task> use)
    {
        using CancellationTokenSource stop = new();
        TaskCompletionSource<string> url = new(TaskCreationOptions.RunContinuationsAsynchronously);
        WebAddress parsed = WebAddress.Parse(address, token);
        Task app = Task.Factory.StartNew(
            () => RunApp(parsed, stop, url), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            if (await Task.WhenAny(url.Task, app) == app) await app;
            using HttpClient client = new() { BaseAddress = new Uri(await url.Task), Timeout = TimeSpan.FromSeconds(60) };
            await use(client, stop);
        }
        finally
        {
            await stop.CancelAsync();
            await app;
        }
    }

    private void RunApp(WebAddress address, CancellationTokenSource stop, TaskCompletionSource<string> url)
    {
        Segmenter segmenter = model.Load((160, 120));
        using ModelShelf models = new([model.File], 0, segmenter, _ => throw new UserError("no other model"));
        using EglContext context = new();
        using Renderer renderer = new(context.Gl, segmenter.Manifest.Classes, segmenter.Manifest.Palette, new RenderOptions());
        using ISource source = new StreetSource("synth://3", null);
        using SinkSet sinks = new(_ => { });
        WebSink images = new(30);
        sinks.Add(images);
        RemoteControl control = new();
        using WebServer server = new(address, images, control);
        url.SetResult(server.Url);
        EngineParts parts = new(source, models, context, renderer, sinks, new WallClock(), stop, control);
        using FrameEngine engine = new(parts, new EngineOptions(Schedule.Ahead, Labels: new LabelOptions(0.5f)));
        engine.Run();
    }
}
