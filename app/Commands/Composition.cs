using System.Globalization;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Engine;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Graphics.Hud;
using RealtimeSeg.Inference;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;
using RealtimeSeg.Web;

namespace RealtimeSeg.Commands;

/// <summary>
/// Everything that a run consists of, disposed in the reverse order of its opening. Model, source and drawing are opened at the same time:
/// each takes a third of a second before the first frame.
/// </summary>
internal sealed class Composition : IDisposable
{
    private const int FirstWindowWidth = 960, FirstWindowHeight = 720;
    private readonly Stack<IDisposable> _owned = new();

    /// <exception cref="UserError">Something that the settings name cannot be opened.</exception>
    public Composition(Mode mode, PipelineSettings s, StopSignals signals)
    {
        try
        {
            HasWindow = mode.Windowed && s.Outputs.Count == 0 && !s.Headless && Machine.Display is not null;
            Stop = Own(CancellationTokenSource.CreateLinkedTokenSource(signals.Stop));
            Overdue = signals.Overdue;
            Opening<ModelShelf> models = Own(new Opening<ModelShelf>(() => OpenModels(s)));
            Opening<ISource> source = Own(new Opening<ISource>(() => Open(s.Sources, s.SourceOptions)));
            Context = Own<IGlContext>(HasWindow ? OpenWindow(source.Take().Name, s.Vsync) : new EglContext());
            Log.Debug($"{Context.Kind}: the driver {(Context.CanTellLoss ? "tells" : "does not tell")} of a lost context");
            ModelManifest manifest = models.Take().Current.Manifest;
            Renderer = Own(new Renderer(Context.Gl, manifest.Classes, manifest.Palette, WithHud(s)));
            Models = ForShaders(s, models.Take()) is { } better ? Own(better) : models.Take();
            SearchTiles(s.Segmenter.GlHalf);
            Source = source.Take();
            if (FastModel.InPlaceOf(s, Models.Current, Source.UsualRate, Log.Info) is { } faster)
                Models = Own(OpenModels(s with { Model = faster, Precision = Precision.AsNamed }));
            if (s.Backdrop is { } file) Backdrop = Own(new Backdrop(() => Open([file], new SourceOptions())));
            Sinks = Own(new SinkSet(Log.Warning));
            TellGround(s);
            if (Source.Pictures is { } pictures && mode.Windowed)
                Progress = Own(new PictureProgress(pictures, () => Renderer.Classes, PictureProgress.BarFor(pictures)));
            OpenFiles(s);
            if (HasWindow) Sinks.Add(new WindowSink(Context));
            if (s.Http is { } address) Remote = Serve(address, s.HttpFps);
            if (Sinks.Count == 0) OpenNothing(mode);
        }
        catch
        {
            Stop?.Cancel(); // whatever is still being opened need not wait for anything
            Dispose();
            throw;
        }
    }

    /// <summary>Whether images are shown in a window.</summary>
    public bool HasWindow { get; }

    public ModelShelf Models { get; }
    public CancellationTokenSource Stop { get; }

    /// <summary>Cancelled some time after a signal: what is not complete by then is left as it is.</summary>
    public CancellationToken Overdue { get; }

    public ISource Source { get; }
    public Backdrop? Backdrop { get; }
    public SinkSet Sinks { get; }
    public IGlContext Context { get; }
    public RemoteControl? Remote { get; }
    public Renderer Renderer { get; }

    /// <summary>What is told about image files one by one; null for videos.</summary>
    public PictureProgress? Progress { get; }

    /// <summary>The parts that the engine uses; they stay this object's.</summary>
    public EngineParts Parts
        => new(Source, Models, Context, Renderer, Sinks, new WallClock(), Stop, Remote, Backdrop, Log.Info)
        {
            Events = (level, text) => Log.Write(level, text),
            Shown = Progress is { } progress ? progress.Show : null,
            Overdue = Overdue,
        };

    public void Dispose()
    {
        while (_owned.TryPop(out IDisposable? part)) part.Dispose();
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _owned.Push(part);
        return part;
    }

    private ISource Open(IReadOnlyList<string> names, SourceOptions options)
        => SourceFactory.Open(names, options, Stop.Token.WaitHandle);

    /// <summary>The model of the settings, together with the others in its folder, which M goes through.</summary>
    /// <param name="s">The settings.</param>
    /// <param name="othersOnCpu">Whether the CPU is to run third-party models, whatever the provider.</param>
    private static ModelShelf OpenModels(PipelineSettings s, bool othersOnCpu = false)
    {
        SegmenterOptions cpu = s.Segmenter with { Provider = ExecutionProviders.Cpu };
        ModelFiles files = ModelFiles.Of(PrecisionPair.Choose(s.Model, s.Precision, s.Segmenter, Log.Info));
        string first = files.All[files.First];

        // Of a pair, the CPU may be faster with the other file than GPUs are. How the file was read has been told by then.
        string OfCpu(string file)
            => file == first && !Directory.Exists(s.Model) ? PrecisionPair.Choose(s.Model, s.Precision, cpu, Log.Info) : file;
        Segmenter LoadForCpu(string file) => Segmenter.Load(OfCpu(file), cpu, _ => { });
        Segmenter Load(string file) => Segmenter.Load(file, othersOnCpu && !ModelGraph.IsOwn(file) ? cpu : s.Segmenter, Log.Info);
        Segmenter model = Load(first);
        if (s.Segmenter.Provider != ExecutionProviders.Auto || s.Segmenter.MeansCpu || model.Provider != ExecutionProviders.Cpu)
            return new ModelShelf(files.All, files.First, model, Load, s.Segmenter.Provider == ExecutionProviders.Gl ? LoadForCpu : null);
        model.Dispose(); // there is no card: no GPU provider is tried again
        return OpenModels(s with { Segmenter = cpu });
    }

    /// <summary>The same models for shaders, if any provider will do and they are faster where images are drawn; null if not.</summary>
    private ModelShelf? ForShaders(PipelineSettings s, ModelShelf models)
    {
        if (s.Segmenter.Provider != ExecutionProviders.Auto || models.Current.Provider != ExecutionProviders.Cpu) return null;
        PipelineSettings shaders = s with { Segmenter = s.Segmenter with { Provider = ExecutionProviders.Gl } };
        ModelFiles files = ModelFiles.Of(PrecisionPair.Choose(s.Model, s.Precision, shaders.Segmenter, _ => { }));
        string file = files.All[files.First];
        bool win = ProviderRace.ShadersWin(
            Context, Renderer.Driver, models.Current, file, s.Segmenter.GlHalf, Log.Info, UserCache.File("provider.json"));
        return win ? OpenModels(shaders, othersOnCpu: true) : null; // nobody asked for shaders, which may lack an operator
    }

    private RenderOptions WithHud(PipelineSettings s) => s.Render with
    {
        Hud = s.Hud.At(HudOptions.Window, HasWindow ? HudDetail.Full : HudDetail.None),
        PageHud = s.Hud.At(HudOptions.Page, HudDetail.None),
    };

    private void SearchTiles(bool? half)
    {
        TileSearch? search = TileSearch.Begin(Renderer.Driver, Models.Current, half, Log.Info, UserCache.File(TileRace.CacheFile));
        if (search is not null) Own(search);
    }

    private static void TellGround(PipelineSettings s)
    {
        if (s.Render.Ground is not { } ground || SinkFactory.OpaqueVideo(s.Outputs) is not { } opaque) return;
        string colour = ground == 0 ? "black" : string.Create(CultureInfo.InvariantCulture, $"#{ground:X6}");
        Log.Info($"{opaque} holds no transparency: the cut-out lies on {colour}; --backdrop '#RRGGBB' chooses a colour, "
            + "and .png, .webm and .mov hold transparency (in a run without other outputs)");
    }

    private void OpenFiles(PipelineSettings s)
    {
        SinkContext context = new(Source.UsualRate, Source.IsLive, s.Overwrite, s.Video, Stop.Token, Overdue)
        {
            ImageExtension = s.ImageExtension,
            StreamFormat = s.StreamFormat,
        };
        foreach (string output in s.Outputs)
        {
            Log.Debug($"opening {output}");
            HudDetail hud = s.Hud.In(output);
            Sinks.Add(SinkFactory.Open(output, context), _ => hud);
        }

        if (s.Masks is { } folder) Sinks.Add(SinkFactory.Labels(folder, context));
        if (s.Stats is { } table) Sinks.Add(SinkFactory.Stats(table, context));
        if (s.Results.Target is not null) Sinks.Add(SinkFactory.Results(s.Results, context));
    }

    private static GlfwContext OpenWindow(string source, bool vsync)
        => new($"RealtimeSeg – {Path.GetFileName(source)}", FirstWindowWidth, FirstWindowHeight, vsync);

    private RemoteControl Serve(WebAddress address, double framesPerSecond)
    {
        RemoteControl remote = new();
        WebSink images = new(framesPerSecond);
        Sinks.Add(images, static renderer => renderer.PageHud);
        WebServer server = Own(new WebServer(address, images, remote));
        Log.Info($"the live image is at {server.Url}{(address.Token is null ? "" : " and asks for the token")}");
        return remote;
    }

    private void OpenNothing(Mode mode)
    {
        if (mode.Windowed) Log.Info("no window and no output: measuring only; name FILE.mp4 or FILE.png to keep the images");
        Sinks.Add(new NullSink());
    }
}
