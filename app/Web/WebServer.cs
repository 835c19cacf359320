using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RealtimeSeg.Engine;
using RealtimeSeg.Graphics;
using RealtimeSeg.Input;

namespace RealtimeSeg.Web;

/// <summary>
/// Serves the page: live image as MJPEG, figures, buttons. ASP.NET Core's own server on its own threads; commands reach the loop through
/// <see cref="RemoteControl"/>.
/// </summary>
public sealed class WebServer : IDisposable
{
    private const string Boundary = "frame";

    /// <summary>Connections at a time: some hundred that send nothing leave room for viewers.</summary>
    private const int MostConnections = 512;

    /// <summary>How long a connection may be without a whole request.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly JsonSerializerOptions Finite = new(JsonSerializerDefaults.Web) { Converters = { new FiniteNumbers() } };

    private readonly WebApplication _app;
    private readonly WebSink _images;
    private readonly RemoteControl _control;
    private readonly PageAccess? _access;

    /// <exception cref="UserError">The address is in use, needs rights, or is not this machine's.</exception>
    public WebServer(WebAddress address, WebSink images, RemoteControl control)
    {
        (_images, _control) = (images, control);
        _access = address.Token is { } token ? new PageAccess(token) : null;
        _app = Build(address.EndPoint);
        Map();
        try
        {
            _app.Start();
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            ((IDisposable)_app).Dispose();
            throw new UserError($"--http {address.EndPoint}: {UserError.OneLine(e)}; {Remedy(e)}", e);
        }

        Url = string.Create(CultureInfo.InvariantCulture, $"{_app.Urls.First()}/");
    }

    public string Url { get; }

    public void Dispose()
    {
        _images.Dispose(); // lets the streams end first
        _app.StopAsync().GetAwaiter().GetResult();
        ((IDisposable)_app).Dispose();
        _access?.Dispose();
    }

    private static string Remedy(Exception e) => (e as SocketException)?.SocketErrorCode switch
    {
        SocketError.AccessDenied => "choose a port from 1024 on",
        SocketError.AddressNotAvailable => "choose an address of this machine, or 0.0.0.0 for all of them",
        _ => "choose another port",
    };

    private WebApplication Build(IPEndPoint end)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k =>
        {
            k.Listen(end, l => l.Protocols = HttpProtocols.Http1);
            k.AddServerHeader = false;
            k.Limits.MaxRequestBodySize = 0;
            k.Limits.MaxConcurrentConnections = MostConnections;
            (k.Limits.KeepAliveTimeout, k.Limits.RequestHeadersTimeout) = (Patience, Patience);
        });
        builder.Services.AddRoutingCore();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(1));
        WebApplication app = builder.Build();
        app.Use(new PageGuard(_access).InvokeAsync);
        return app;
    }

    private void Map()
    {
        foreach (PageFile file in PageFile.All) _app.MapGet(file.Path, file.Answer);
        _app.MapGet("/ui.json", () => Results.Json(PageControls.FromTables));
        _app.MapGet("/stats.json", Figures);
        _app.MapGet("/frame.jpg", async (CancellationToken cancel) => Image(await _images.NextAsync(0, cancel).ConfigureAwait(false)));
        _app.MapGet("/stream.mjpg", StreamAsync);
        _app.MapPost("/sign-in", SignIn);
        _app.MapPost("/do/{command}", (string command) => Send(KeyTable.ByPageCommand(command) is { } key ? new UserInput(key) : null));
        _app.MapPost("/pick/{x:float}/{y:float}", Pick);
        _app.MapPost("/view/{number:int}", (int number) => Send(ViewNumber(number)));
    }

    private static IResult Image(WebImage image) => Results.Bytes(image.Jpeg, "image/jpeg");

    private static UserInput? ViewNumber(int number)
        => number >= 1 && number <= Views.All.Count ? new UserInput(UserKey.View, View: number - 1) : null;

    private IResult Figures()
        => _control.Latest is { } latest ? Results.Json(latest, Finite) : Results.StatusCode(StatusCodes.Status503ServiceUnavailable);

    /// <summary>The guard has let the token through.</summary>
    private IResult SignIn(HttpContext context)
    {
        _access?.SignIn(context);
        return Results.NoContent();
    }

    private IResult Pick(float x, float y) => x is >= 0 and <= 1 && y is >= 0 and <= 1
        ? Send(new UserInput(UserKey.Pick, x, y))
        : Results.Text("X and Y are shares of width and height: 0 to 1\n", statusCode: StatusCodes.Status400BadRequest);

    private IResult Send(UserInput? input)
    {
        if (input is null) return Results.NotFound();
        _control.Send(input.Value);
        return Results.NoContent();
    }

    /// <summary>
    /// Motion JPEG: one response that never ends, with a part for each image. The boundary follows an image at once: browsers show it then.
    /// </summary>
    private async Task StreamAsync(HttpContext context)
    {
        context.Response.ContentType = $"multipart/x-mixed-replace; boundary={Boundary}";
        CancellationToken gone = context.RequestAborted;
        Stream body = context.Response.Body;
        try
        {
            await body.WriteAsync(Encoding.ASCII.GetBytes($"--{Boundary}\r\n"), gone).ConfigureAwait(false);
            for (long seen = 0; ;)
            {
                await body.FlushAsync(gone).ConfigureAwait(false);
                WebImage image = await _images.NextAsync(seen, gone).ConfigureAwait(false);
                seen = image.Number;
                string head = $"Content-Type: image/jpeg\r\nContent-Length: {image.Jpeg.Length}\r\n\r\n";
                await body.WriteAsync(Encoding.ASCII.GetBytes(head), gone).ConfigureAwait(false);
                await body.WriteAsync(image.Jpeg, gone).ConfigureAwait(false);
                await body.WriteAsync(Encoding.ASCII.GetBytes($"\r\n--{Boundary}\r\n"), gone).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The viewer left or reads too slowly, or the program ends.
        }
    }

    /// <summary>The default lifetime would catch SIGTERM and Ctrl-C, which are the run's to handle.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
