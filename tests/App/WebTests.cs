using System.Net;
using System.Net.Http.Json;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using OpenCvSharp;
using RealtimeSeg.Engine;
using RealtimeSeg.Graphics;
using RealtimeSeg.Input;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Web;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>The page, served while the app runs on the toy street.</summary>
public sealed class WebTests(AppModel model) : IClassFixture<AppModel>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task The_page_shows_images_and_figures_and_its_buttons_work()
    {
        await using ServedPage page = await ServedPage.StartAsync(model);
        HttpClient client = page.Client;
        Assert.Contains("<title>RealtimeSeg</title>", await client.GetStringAsync("/"), StringComparison.Ordinal);
        using Mat image = Cv2.ImDecode(await client.GetByteArrayAsync("/frame.jpg"), ImreadModes.Color);
        Assert.Equal(new Size(480, 360), image.Size());
        Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsync("/view/2", null)).StatusCode);
        JsonElement stats = await page.UntilAsync(s => s.GetProperty("view").GetString() == "mask");
        Assert.True(stats.GetProperty("frames").GetInt64() > 0);
        Assert.True(stats.GetProperty("stages").GetProperty("infer").GetDouble() > 0);
        await page.UntilAsync(s => s.GetProperty("fps").GetDouble() > 0); // a single frame has no rate yet
        Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsync("/do/pause", null)).StatusCode);
        Assert.True((await page.UntilAsync(s => s.GetProperty("paused").GetBoolean())).GetProperty("fps").GetDouble() > 0);
        foreach (string wrong in new[] { "/do/quit", "/do/View", "/view/0", $"/view/{Views.All.Count + 1}" })
            Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync(wrong, null)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsync("/pick/0/1", null)).StatusCode);
        foreach (string beside in new[] { "/pick/1.01/0.5", "/pick/0.5/-0.01", "/pick/320/240", "/pick/NaN/0.5" })
        {
            using HttpResponseMessage answer = await client.PostAsync(beside, null);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("0 to 1", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_figure_that_is_no_number_is_null()
    {
        RemoteControl control = new();
        control.Publish(new Snapshot
        {
            Fps = double.NaN,
            LatencyP50 = double.PositiveInfinity,
            LatencyP99 = 1,
            MaskAge = 0,
            Frames = 1,
            Dropped = 0,
            Network = "",
            View = "",
            Paused = false,
            Stages = new Dictionary<string, double>(StringComparer.Ordinal) { ["infer"] = double.NaN },
            Shares = new Dictionary<string, int>(StringComparer.Ordinal),
            Colors = new Dictionary<string, string>(StringComparer.Ordinal),
        });
        WebSink images = new(30);
        using WebServer server = new(WebAddress.Parse("127.0.0.1:0", null), images, control);
        using HttpClient client = ServedPage.PageClient(server.Url);
        JsonElement stats = await client.GetFromJsonAsync<JsonElement>("/stats.json");
        Assert.Equal(JsonValueKind.Null, stats.GetProperty("fps").ValueKind);
        Assert.Equal(JsonValueKind.Null, stats.GetProperty("latencyP50").ValueKind);
        Assert.Equal(JsonValueKind.Null, stats.GetProperty("stages").GetProperty("infer").ValueKind);
        Assert.Equal(1, stats.GetProperty("latencyP99").GetDouble());
        images.Dispose();
    }

    [Trait("Set", "Slow")]
    [Fact]
    public async Task The_buttons_are_the_rows_of_the_tables_and_each_of_them_is_answered()
    {
        await using ServedPage page = await ServedPage.StartAsync(model);
        JsonElement ui = await page.Client.GetFromJsonAsync<JsonElement>("/ui.json");
        JsonElement[] views = [.. ui.GetProperty("views").EnumerateArray()];
        JsonElement[] commands = [.. ui.GetProperty("commands").EnumerateArray()];
        string[] names = [.. views.Select(v => v.GetProperty("name").GetString()!)];
        Assert.Equal([.. Views.All.Select(v => v.Name)], names, StringComparer.Ordinal);
        Assert.Equal(KeyTable.Rows.Count(r => r.Page is not null), commands.Length);
        Assert.All([.. views, .. commands], b => Assert.NotEqual("", b.GetProperty("help").GetString(), StringComparer.Ordinal));
        foreach (JsonElement command in commands)
        {
            using HttpResponseMessage answer = await page.Client.PostAsync($"/do/{command.GetProperty("name").GetString()}", null);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }

        for (int number = 1; number <= views.Length; number++)
        {
            Assert.Equal(HttpStatusCode.NoContent, (await page.Client.PostAsync($"/view/{number}", null)).StatusCode);
            await page.UntilAsync(s => s.GetProperty("view").GetString() == Views.All[number - 1].Name);
        }
    }

    [Fact]
    public async Task A_pause_shows_its_image_to_those_who_come_later_and_as_a_view_changes_it()
    {
        await using ServedPage page = await ServedPage.StartAsync(model);
        await page.UntilAsync(s => s.GetProperty("frames").GetInt64() > 0); // nobody has looked yet
        await page.Client.PostAsync("/do/pause", null);
        await page.UntilAsync(s => s.GetProperty("paused").GetBoolean());
        byte[] still = await page.Client.GetByteArrayAsync("/frame.jpg");
        Assert.Equal(still, await page.Client.GetByteArrayAsync("/frame.jpg"));
        Assert.Equal(1, await MjpegViewer.WatchAsync(page.Client, 1));
        await page.Client.PostAsync("/view/2", null);
        await page.UntilAsync(s => s.GetProperty("view").GetString() == "mask");
        Assert.NotEqual(still, await page.Client.GetByteArrayAsync("/frame.jpg"));
    }

    /// <summary>Keys that seem to do nothing are explained where they are pressed: the street has no background.</summary>
    [Fact]
    public async Task A_view_of_the_foreground_tells_that_nothing_is_background_while_it_is_shown()
    {
        await using ServedPage page = await ServedPage.StartAsync(model);
        string? Trouble(JsonElement s) => s.GetProperty("trouble").GetString();
        foreach (string name in new[] { "cutout", "overlay", "blur" })
        {
            int number = 1 + Views.All.ToList().FindIndex(v => v.Name == name);
            await page.Client.PostAsync($"/view/{number}", null);
            await page.UntilAsync(s => s.GetProperty("view").GetString() == name && (name == "overlay"
                ? Trouble(s) is null
                : Trouble(s)?.StartsWith($"{name}: nothing is background: choose classes with --show", StringComparison.Ordinal) == true));
        }
    }

    [Fact]
    public async Task Classes_that_share_a_name_share_an_entry()
    {
        string[] twins = [.. Enumerable.Repeat("twin", 11)];
        await using ServedPage page = await ServedPage.StartAsync(model, classes: twins);
        JsonElement stats = await page.UntilAsync(s => s.GetProperty("frames").GetInt64() > 0);
        Assert.Equal("twin", Assert.Single(stats.GetProperty("shares").EnumerateObject()).Name);
    }

    [Fact]
    [Trait("Set", "Slow")]
    public async Task Twenty_viewers_all_get_images_beside_silent_connections_and_a_viewer_that_does_not_read_and_those_are_closed()
    {
        await using ServedPage page = await ServedPage.StartAsync(model);
        Uri address = page.Client.BaseAddress!;
        using TcpClient asleep = await ConnectedAsync(address);
        asleep.ReceiveBufferSize = 1 << 12;
        await asleep.GetStream().WriteAsync("GET /stream.mjpg HTTP/1.1\r\nHost: localhost:"u8.ToArray());
        await asleep.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes($"{address.Port}\r\n\r\n"));
        TcpClient[] silent = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => ConnectedAsync(address)));
        await silent[0].GetStream().WriteAsync("GET / HTTP/1.1\r\nHos"u8.ToArray()); // and no more

        int[] parts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => MjpegViewer.WatchAsync(page.Client, 5)));
        Assert.All(parts, n => Assert.Equal(5, n));
        using CancellationTokenSource deadline = new(Patience);
        await Task.WhenAll(silent.Select(s => EndedAsync(s, deadline.Token)));
        Array.ForEach(silent, s => s.Dispose());

        EndPoint sleeper = asleep.Client.LocalEndPoint!;
        while (IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections().Any(c => IsFrom(c, sleeper)))
        {
            deadline.Token.ThrowIfCancellationRequested();
            await MjpegViewer.WatchAsync(page.Client, 1);
        }
    }

    [SkippableFact]
    [Trait("Set", "Slow")]
    public async Task A_browser_shows_the_page()
    {
        Skip.If(Cli.Try("chromium", "--version") is null, "chromium is not installed: apt-get install chromium");
        await using ServedPage page = await ServedPage.StartAsync(model);
        string dom = await DomAsync(page.Client.BaseAddress!.ToString());
        Assert.Contains($">{Views.All[^1].Name}</button>", dom, StringComparison.Ordinal);
        Assert.Contains("frames/s", dom, StringComparison.Ordinal); // the script ran and had figures
        Assert.Contains("aria-pressed=\"true\"", dom, StringComparison.Ordinal);
    }

    [SkippableFact]
    [Trait("Set", "Slow")]
    public async Task A_browser_signs_in_with_the_token_of_a_link()
    {
        Skip.If(Cli.Try("chromium", "--version") is null, "chromium is not installed: apt-get install chromium");
        await using ServedPage page = await ServedPage.StartAsync(model, "a-secret-for-tests");
        string address = page.Client.BaseAddress!.ToString();
        Assert.Contains("frames/s", await DomAsync($"{address}#a-secret-for-tests"), StringComparison.Ordinal);
    }

    /// <summary>The page as Chromium has it after a while.</summary>
    private static async Task<string> DomAsync(string address)
    {
        using TemporaryFolder profile = new();
        string[] options = ["--headless", "--no-sandbox", "--disable-gpu", $"--user-data-dir={profile.Path}"];
        string[] dump = ["--virtual-time-budget=3000", "--timeout=20000", "--dump-dom", address];
        (int code, string dom, string error) = (await Task.Run(() => Cli.Try("chromium", [.. options, .. dump])))!.Value;
        Assert.True(code == 0, error);
        return dom;
    }

    private static async Task<TcpClient> ConnectedAsync(Uri address)
    {
        TcpClient raw = new();
        await raw.ConnectAsync(address.Host, address.Port);
        return raw;
    }

    /// <summary>Waits until the server has closed a connection.</summary>
    private static async Task EndedAsync(TcpClient raw, CancellationToken deadline)
    {
        byte[] bytes = new byte[1024];
        try
        {
            while (await raw.GetStream().ReadAsync(bytes, deadline) > 0)
            {
                // An answer that the time is up.
            }
        }
        catch (IOException)
        {
            // Reset.
        }
    }

    /// <summary>Whether a connection is the server's still open end of a client's.</summary>
    private static bool IsFrom(TcpConnectionInformation c, EndPoint client)
        => c.RemoteEndPoint.Equals(client) && c.State == TcpState.Established;
}
