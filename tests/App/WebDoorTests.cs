using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RealtimeSeg.Engine;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Web;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Whom the page lets in: a server without a run behind it.</summary>
public sealed class WebDoorTests : IDisposable
{
    private const string Token = "a-secret-for-tests", Command = "/view/2", Data = "/ui.json";
    private static readonly string[] Secrets = [Data, "/stats.json", "/frame.jpg", "/stream.mjpg"];
    private readonly WebSink _images = new(15);
    private readonly Lazy<WebServer> _open, _withToken;

    public WebDoorTests()
    {
        _open = new Lazy<WebServer>(() => Serve("127.0.0.1:0", null));
        _withToken = new Lazy<WebServer>(() => Serve("127.0.0.1:0", Token));
    }

    public void Dispose()
    {
        foreach (Lazy<WebServer> server in new[] { _open, _withToken }.Where(s => s.IsValueCreated)) server.Value.Dispose();
        _images.Dispose();
    }

    [Theory]
    [InlineData("127.evil.example:PORT", false)]
    [InlineData("127.0.0.1.nip.io:PORT", false)]
    [InlineData("127.0.0.1.:PORT", false)]
    [InlineData("localhost.evil.example:PORT", false)]
    [InlineData("evil.example:PORT", false)]
    [InlineData("192.168.1.5:PORT", false)]
    [InlineData("127.0.0.1:9", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.0.0.1:PORT", true)]
    [InlineData("127.1.2.3:PORT", true)]
    [InlineData("[::1]:PORT", true)]
    [InlineData("localhost:PORT", true)]
    public async Task Only_names_that_no_other_site_can_have_are_answered(string host, bool isOwn)
    {
        Uri page = new(_open.Value.Url);
        host = host.Replace("PORT", $"{page.Port}", StringComparison.Ordinal);
        HttpStatusCode read = await StatusAsync(page, HttpMethod.Get, Data, ("Host", host));
        HttpStatusCode command = await StatusAsync(page, HttpMethod.Post, Command, ("Host", host), ("Origin", $"http://{host}"));
        Assert.Equal(isOwn ? HttpStatusCode.OK : HttpStatusCode.Forbidden, read);
        Assert.Equal(isOwn ? HttpStatusCode.NoContent : HttpStatusCode.Forbidden, command);
    }

    [Theory]
    [InlineData("Origin", "http://evil.example", false, false)]
    [InlineData("Origin", "http://127.evil.example:PORT", false, false)]
    [InlineData("Origin", "http://127.0.0.1.nip.io:PORT", false, false)]
    [InlineData("Origin", "http://127.0.0.1:9", false, false)]
    [InlineData("Origin", "https://127.0.0.1:PORT", false, false)]
    [InlineData("Origin", "null", false, false)]
    [InlineData("Sec-Fetch-Site", "cross-site", false, false)]
    [InlineData("Sec-Fetch-Site", "same-site", false, false)]
    [InlineData("Sec-Fetch-Site", "none", true, false)]
    [InlineData("X-Says", "nothing", true, false)]
    [InlineData("Sec-Fetch-Site", "same-origin", true, true)]
    [InlineData("Origin", "http://127.0.0.1:PORT", true, true)]
    public async Task Pages_of_other_sites_see_nothing_and_a_command_must_show_where_it_comes_from(
        string header, string value, bool reads, bool commands)
    {
        Uri page = new(_open.Value.Url);
        (string, string) sent = (header, value.Replace("PORT", $"{page.Port}", StringComparison.Ordinal));
        Assert.Equal(reads ? HttpStatusCode.OK : HttpStatusCode.Forbidden, await StatusAsync(page, HttpMethod.Get, Data, sent));
        Assert.Equal(reads ? HttpStatusCode.OK : HttpStatusCode.Forbidden, await StatusAsync(page, HttpMethod.Get, "/", sent));
        HttpStatusCode command = await StatusAsync(page, HttpMethod.Post, Command, sent);
        Assert.Equal(commands ? HttpStatusCode.NoContent : HttpStatusCode.Forbidden, command);
    }

    [Fact]
    public async Task Answers_cannot_be_embedded_or_read_by_other_sites_and_the_page_has_no_inline_code()
    {
        using HttpClient client = ServedPage.PageClient(_open.Value.Url);
        foreach (string path in new[] { "/", "/page.js", "/page.css", Data, "/nothing" })
        {
            using HttpResponseMessage answer = await client.GetAsync(path);
            string Header(string name) => answer.Headers.TryGetValues(name, out IEnumerable<string>? v) ? string.Join(',', v) : "";
            Assert.Contains("default-src 'none'", Header("Content-Security-Policy"), StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", Header("Content-Security-Policy"), StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", Header("Content-Security-Policy"), StringComparison.Ordinal);
            Assert.Equal("nosniff", Header("X-Content-Type-Options"));
            Assert.Equal("same-origin", Header("Cross-Origin-Resource-Policy"));
            Assert.Equal("no-referrer", Header("Referrer-Policy"));
        }

        string page = await client.GetStringAsync("/");
        Assert.DoesNotContain("<style", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_token_every_request_for_data_needs_it_and_an_address_never_has_it()
    {
        Uri page = new(_withToken.Value.Url);
        foreach (string path in Secrets.Append($"{Data}?token={Token}"))
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(page, HttpMethod.Get, path));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(page, HttpMethod.Get, Data, ("Cookie", $"rtseg-{page.Port}={Token}")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(page, HttpMethod.Get, "/"));
        (string, string) bearer = ("Authorization", $"Bearer {Token}");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(page, HttpMethod.Get, Data, bearer));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(page, HttpMethod.Get, Data, bearer, ("Host", "camera.local:80")));
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(page, HttpMethod.Post, Command, bearer));
    }

    [Fact]
    public async Task A_session_is_a_cookie_of_this_run_and_its_commands_need_the_pages_origin()
    {
        Uri page = new(_withToken.Value.Url);
        using HttpClient client = new() { BaseAddress = page };
        string cookie = await SignInAsync(client);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Token, cookie, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Data)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.PostAsync(Command, null)).StatusCode);
        client.DefaultRequestHeaders.Add("Origin", page.GetLeftPart(UriPartial.Authority));
        Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsync(Command, null)).StatusCode);

        using WebServer another = Serve("127.0.0.1:0", Token);
        Uri there = new(another.Url);
        (string, string) old = ("Cookie", cookie.Split(';')[0].Replace($"-{page.Port}=", $"-{there.Port}=", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(there, HttpMethod.Get, Data, old));
    }

    /// <summary>Gets a session with the token; returns the cookie, which the client keeps.</summary>
    private static async Task<string> SignInAsync(HttpClient client)
    {
        using HttpRequestMessage signIn = new(HttpMethod.Post, "/sign-in");
        signIn.Headers.Authorization = new("Bearer", Token);
        return (await client.SendAsync(signIn)).Headers.GetValues("Set-Cookie").Single();
    }

    [Fact]
    public async Task Wrong_tokens_are_slowed_down_and_a_session_does_not_notice()
    {
        Uri page = new(_withToken.Value.Url);
        using HttpClient client = new() { BaseAddress = page };
        await SignInAsync(client);
        List<HttpStatusCode> guesses = [];
        Stopwatch time = Stopwatch.StartNew();
        // Longer than a second: what fills up in between must not let more than one of the guesses in it be answered.
        while (time.Elapsed < TimeSpan.FromSeconds(1.5) || (guesses.Count < 100 && !guesses.Contains(HttpStatusCode.TooManyRequests)))
            guesses.Add(await StatusAsync(page, HttpMethod.Get, Data, ("Authorization", $"Bearer wrong-{guesses.Count}")));
        Assert.Equal(HttpStatusCode.Unauthorized, guesses[0]);
        Assert.Contains(HttpStatusCode.TooManyRequests, guesses);
        Assert.InRange(guesses.Count(g => g != HttpStatusCode.TooManyRequests), 1, 6 + (int)time.Elapsed.TotalSeconds);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Data)).StatusCode);
    }

    [Theory]
    [InlineData("Content-Length: 1073741824", "\0")]
    [InlineData("Transfer-Encoding: chunked", "40000000\r\n")]
    public async Task A_body_of_a_gigabyte_is_refused_unread(string header, string begins)
    {
        const int Enough = 64 << 20; // far more than the buffers of both ends
        Uri page = new(_open.Value.Url);
        using TcpClient raw = new();
        await raw.ConnectAsync(page.Host, page.Port);
        NetworkStream stream = raw.GetStream();
        string self = $"localhost:{page.Port}";
        string head = $"POST {Command} HTTP/1.1\r\nHost: {self}\r\nOrigin: http://{self}\r\n{header}\r\n\r\n{begins}";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        byte[] answer = new byte["HTTP/1.1 413".Length];
        await stream.ReadExactlyAsync(answer);
        Assert.Equal("HTTP/1.1 413", Encoding.ASCII.GetString(answer));
        long sent = 0;
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            for (byte[] chunk = new byte[1 << 16]; sent < Enough; sent += chunk.Length) await stream.WriteAsync(chunk);
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

    [Fact]
    public void An_address_that_is_not_this_machines_is_refused_in_one_line()
        => AssertRefused("192.0.2.1:8080", Token, "choose an address of this machine");

    [Fact]
    public void A_port_in_use_is_refused_in_one_line()
        => AssertRefused(new Uri(_open.Value.Url).Authority, null, "choose another port");

    [Trait("Set", "Slow")]
    [SkippableFact]
    public void A_port_without_rights_is_refused_in_one_line()
    {
        const string Limit = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
        Skip.If(!File.Exists(Limit) || File.ReadAllText(Limit).Trim() == "0", "here, any port is free to any user");
        string program = Path.Combine(AppContext.BaseDirectory, "rtseg.dll");
        string[] run = ["dotnet", program, "replay", "synth://", "null", "--frames", "1", "--headless", "--http", "127.0.0.1:81"];
        (int Code, string Out, string Error)? ran = Cli.TryWithoutRights(run);
        Skip.If(ran is null, "setpriv is not installed");
        Assert.Equal(2, ran.Value.Code);
        string error = ran.Value.Error[ran.Value.Error.IndexOf("error: ", StringComparison.Ordinal)..].TrimEnd(); // notes may precede it
        Assert.Contains("choose a port from 1024 on", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    private static async Task<HttpStatusCode> StatusAsync(
        Uri page, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using HttpClient client = new(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = page };
        using HttpRequestMessage request = new(method, path);
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using HttpResponseMessage answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return answer.StatusCode;
    }

    private static WebServer Serve(string address, string? token, WebSink images)
        => new(WebAddress.Parse(address, token), images, new RemoteControl());

    private void AssertRefused(string address, string? token, string remedy)
    {
        string message = Assert.Throws<UserError>(() => Serve(address, token)).Message;
        Assert.Contains(address, message, StringComparison.Ordinal);
        Assert.Contains(remedy, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    private WebServer Serve(string address, string? token) => Serve(address, token, _images);
}
