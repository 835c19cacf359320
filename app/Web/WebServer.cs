using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
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

    private readonly WebApplication _app;
    private readonly WebSink _images;
    private readonly RemoteControl _control;

    /// <exception cref="UserError">The address is in use, or not this machine's.</exception>
    public WebServer(WebAddress address, WebSink images, RemoteControl control)
    {
        (_images, _control) = (images, control);
        _app = Build(address);
        Map();
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
        _images.Dispose(); // lets the streams end first
        _app.StopAsync().GetAwaiter().GetResult();
        ((IDisposable)_app).Dispose();
    }

    private static WebApplication Build(WebAddress address)
    {
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
        WebApplication app = builder.Build();
        app.Use(new PageGuard(address.Token).InvokeAsync);
        return app;
    }

    private void Map()
    {
        _app.MapGet("/", Page);
        _app.MapGet("/ui.json", () => Results.Json(PageControls.FromTables));
        _app.MapGet("/stats.json", Figures);
        _app.MapGet("/frame.jpg", async (CancellationToken cancel) => Image(await _images.NextAsync(cancel).ConfigureAwait(false)));
        _app.MapGet("/stream.mjpg", StreamAsync);
        _app.MapPost("/do/{command}", (string command) => Send(KeyTable.ByPageCommand(command) is { } key ? new UserInput(key) : null));
        _app.MapPost("/pick/{x:float}/{y:float}", (float x, float y) => Send(new UserInput(UserKey.Pick, x, y)));
        _app.MapPost("/view/{number:int}", (int number) => Send(ViewNumber(number)));
    }

    private static IResult Page()
        => Results.File(Path.Combine(AppContext.BaseDirectory, "Assets", "index.html"), "text/html; charset=utf-8");

    private static IResult Image(byte[] jpeg) => Results.Bytes(jpeg, "image/jpeg");

    private static UserInput? ViewNumber(int number)
        => number >= 1 && number <= Views.All.Count ? new UserInput(UserKey.View, View: number - 1) : null;

    private IResult Figures()
        => _control.Latest is { } latest ? Results.Json(latest) : Results.StatusCode(StatusCodes.Status503ServiceUnavailable);

    private IResult Send(UserInput? input)
    {
        if (input is null) return Results.NotFound();
        _control.Send(input.Value);
        return Results.NoContent();
    }

    /// <summary>Motion JPEG: one response that never ends, with a part for each image.</summary>
    private async Task StreamAsync(HttpContext context)
    {
        context.Response.ContentType = $"multipart/x-mixed-replace; boundary={Boundary}";
        CancellationToken gone = context.RequestAborted;
        Stream body = context.Response.Body;
        try
        {
            while (true)
            {
                byte[] jpeg = await _images.NextAsync(gone).ConfigureAwait(false);
                string head = $"--{Boundary}\r\nContent-Type: image/jpeg\r\nContent-Length: {jpeg.Length}\r\n\r\n";
                await body.WriteAsync(Encoding.ASCII.GetBytes(head), gone).ConfigureAwait(false);
                await body.WriteAsync(jpeg, gone).ConfigureAwait(false);
                await body.WriteAsync("\r\n"u8.ToArray(), gone).ConfigureAwait(false);
                await body.FlushAsync(gone).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The viewer left, or the program ends.
        }
    }

    /// <summary>The default lifetime would catch SIGTERM and Ctrl-C, which are the run's to handle.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
