using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RealtimeSeg.Engine;
using RealtimeSeg.Input;

namespace RealtimeSeg.Web;

/// <summary>
/// The page: the live picture as MJPEG, figures, switches. ASP.NET Core's own server on threads of its own; commands go to the loop
/// through <see cref="RemoteControl"/>.
/// </summary>
public sealed class WebServer : IDisposable
{
    private const string Boundary = "frame", TokenName = "token";

    /// <summary>What the page may ask for: nothing that touches files or ends the program.</summary>
    private static readonly Dictionary<string, UserKey> Commands = new(StringComparer.Ordinal)
    {
        ["pause"] = UserKey.Pause, ["step"] = UserKey.Step, ["hud"] = UserKey.Hud, ["refine"] = UserKey.Refine, ["solo"] = UserKey.Solo, ["model"] = UserKey.NextModel,
        ["more"] = UserKey.MoreOpacity, ["less"] = UserKey.LessOpacity, ["back"] = UserKey.SeekBack, ["forward"] = UserKey.SeekForward,
    };

    private readonly WebApplication _app;
    private readonly WebSink _pictures;
    private readonly RemoteControl _control;
    private readonly WebAddress _address;

    /// <exception cref="UserError">The address is in use, or not this machine's.</exception>
    public WebServer(WebAddress address, WebSink pictures, RemoteControl control)
    {
        (_address, _pictures, _control) = (address, pictures, control);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k =>
        {
            k.Listen(address.EndPoint);
            k.AddServerHeader = false;
            k.Limits.MaxRequestBodySize = 0;
        });
        builder.Services.AddRoutingCore();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(1));
        _app = builder.Build();
        _app.Use(Guard);
        _app.MapGet("/", () => Results.File(Path.Combine(AppContext.BaseDirectory, "Assets", "index.html"), "text/html; charset=utf-8"));
        _app.MapGet("/frame.jpg", async (CancellationToken cancel) => Results.Bytes(await _pictures.NextAsync(cancel).ConfigureAwait(false), "image/jpeg"));
        _app.MapGet("/stream.mjpg", StreamAsync);
        _app.MapGet("/stats.json", () => _control.Latest is { } latest ? Results.Json(latest) : Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
        _app.MapPost("/do/{command}", (string command) => Press(Commands.TryGetValue(command, out UserKey key) ? key : null));
        _app.MapPost("/pick/{x:float}/{y:float}", (float x, float y) => Send(new UserInput(UserKey.Pick, x, y)));
        _app.MapPost("/view/{number:int}", (int number) => Press(number is >= 1 and <= 8 ? UserKey.FirstView + (number - 1) : null));
        try
        {
            _app.Start();
        }
        catch (IOException e)
        {
            throw new UserError($"--http {address.EndPoint}: {UserError.OneLine(e)}; choose another port", e);
        }

        Url = string.Create(CultureInfo.InvariantCulture, $"{_app.Urls.First()}/");
    }

    public string Url { get; }

    public void Dispose()
    {
        _pictures.Dispose(); // lets the streams end first
        _app.StopAsync().GetAwaiter().GetResult();
        ((IDisposable)_app).Dispose();
    }

    private IResult Press(UserKey? key) => key is { } known ? Send(new UserInput(known)) : Results.NotFound();

    private IResult Send(UserInput input)
    {
        _control.Send(input);
        return Results.NoContent();
    }

    /// <summary>Only who knows the token, and no page of another site: a browser would let it send commands, or read under a borrowed name.</summary>
    private async Task Guard(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        bool known = _address.Token is null ? IsOwnName(request.Host.Host) : Matches(_address.Token, request);
        string? origin = request.Headers.Origin;
        bool sameSite = origin is null or "null" || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? from) && from.Authority == request.Host.Value);
        if (!known || !sameSite || (origin == "null" && request.Method != HttpMethods.Get))
        {
            context.Response.StatusCode = known ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized;
            return;
        }

        if (request.Query.ContainsKey(TokenName)) context.Response.Cookies.Append(TokenName, _address.Token ?? "", new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict });
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await next(context).ConfigureAwait(false);
    }

    private static bool IsOwnName(string host) => host is "localhost" or "127.0.0.1" or "[::1]" || host.StartsWith("127.", StringComparison.Ordinal);

    private static bool Matches(string token, HttpRequest request)
    {
        string given = request.Query[TokenName].FirstOrDefault() ?? request.Cookies[TokenName]
            ?? (request.Headers.Authorization.ToString() is { } a && a.StartsWith("Bearer ", StringComparison.Ordinal) ? a["Bearer ".Length..] : "");
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(token)));
    }

    /// <summary>Motion JPEG: one response that never ends, a part for each picture.</summary>
    private async Task StreamAsync(HttpContext context)
    {
        context.Response.ContentType = $"multipart/x-mixed-replace; boundary={Boundary}";
        CancellationToken gone = context.RequestAborted;
        try
        {
            while (true)
            {
                byte[] jpeg = await _pictures.NextAsync(gone).ConfigureAwait(false);
                string head = string.Create(CultureInfo.InvariantCulture, $"--{Boundary}\r\nContent-Type: image/jpeg\r\nContent-Length: {jpeg.Length}\r\n\r\n");
                await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(head), gone).ConfigureAwait(false);
                await context.Response.Body.WriteAsync(jpeg, gone).ConfigureAwait(false);
                await context.Response.Body.WriteAsync("\r\n"u8.ToArray(), gone).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(gone).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The viewer left, or the program ends.
        }
    }

    /// <summary>The usual one would catch SIGTERM and Ctrl-C, which are the run's to handle.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
