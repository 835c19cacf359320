using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using RealtimeSeg.Engine;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Inference;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;
using RealtimeSeg.Web;

namespace RealtimeSeg.Tests.Support;

/// <summary>The app running on the toy street with a page, and a client of the page beside it.</summary>
internal sealed class ServedPage : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _app;

    private ServedPage(AppModel model, WebAddress address, IReadOnlyList<string>? classes, TaskCompletionSource<string> url)
    {
        _app = Task.Factory.StartNew(
            () => RunApp(model, address, classes, url), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Asks as the page does: its POSTs have the page's origin.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <param name="model">Labels the street.</param>
    /// <param name="token">Null for none.</param>
    /// <param name="classes">Names instead of the model's.</param>
    public static async Task<ServedPage> StartAsync(AppModel model, string? token = null, IReadOnlyList<string>? classes = null)
    {
        TaskCompletionSource<string> url = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ServedPage page = new(model, WebAddress.Parse("127.0.0.1:0", token), classes, url);
        if (await Task.WhenAny(url.Task, page._app) == page._app) await page._app;
        page.Client = PageClient(await url.Task);
        return page;
    }

    /// <summary>A client that sends the page's origin.</summary>
    public static HttpClient PageClient(string url)
    {
        HttpClient client = new() { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(60) };
        client.DefaultRequestHeaders.Add("Origin", client.BaseAddress.GetLeftPart(UriPartial.Authority));
        return client;
    }

    /// <summary>The figures once they show something.</summary>
    public async Task<JsonElement> UntilAsync(Predicate<JsonElement> condition)
    {
        for (long begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < Patience;)
        {
            using HttpResponseMessage answer = await Client.GetAsync("/stats.json");
            JsonElement? stats = answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonElement>() : null;
            if (stats is { } figures && condition(figures)) return figures;
            await Client.GetAsync("/"); // as much of a pause as a request takes
        }

        throw new TimeoutException("the figures never showed it");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _app;
        Client?.Dispose();
        _stop.Dispose();
    }

    private void RunApp(AppModel model, WebAddress address, IReadOnlyList<string>? classes, TaskCompletionSource<string> url)
    {
        Segmenter segmenter = model.Load((160, 120));
        using ModelShelf models = new([model.File], 0, segmenter, _ => throw new UserError("no other model"));
        using EglContext context = new();
        using Renderer renderer = new(
            context.Gl, classes ?? segmenter.Manifest.Classes, segmenter.Manifest.Palette, new RenderOptions());
        using ISource source = new StreetSource("synth://3", null);
        using SinkSet sinks = new(_ => { });
        WebSink images = new(30);
        sinks.Add(images);
        RemoteControl control = new();
        using WebServer server = new(address, images, control);
        url.SetResult(server.Url);
        EngineParts parts = new(source, models, context, renderer, sinks, new WallClock(), _stop, control);
        using FrameEngine engine = new(parts, new EngineOptions(Schedule.Ahead, Labels: new LabelOptions(0.5f)));
        engine.Run();
    }
}
