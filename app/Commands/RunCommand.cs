using System.CommandLine;
using System.Globalization;
using RealtimeSeg.Engine;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Model;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;

namespace RealtimeSeg.Commands;

/// <summary><c>live</c>, <c>replay</c> and <c>bench</c>: one command with different defaults.</summary>
internal static class RunCommand
{
    private const int FirstWindowWidth = 960, FirstWindowHeight = 720;

    /// <summary>The clip that comes with the program.</summary>
    public static string Sample => Path.Combine(AppContext.BaseDirectory, "Assets", "street.mp4");

    private static string DefaultModel => Path.Combine(AppContext.BaseDirectory, "models", "street.onnx");

    public static Command Create(Mode mode)
    {
        Argument<string?> source = new("source") { Description = "Camera (0, /dev/video0), network stream (http://, rtsp://, …), video, picture, folder, \"glob*.jpg\" or synth://", Arity = ArgumentArity.ZeroOrOne };
        Argument<string[]> outputs = new("outputs") { Description = "FILE.mp4, FILE.png (last frame), NAME%06d.png or null", Arity = ArgumentArity.ZeroOrMore };
        Option<string> model = new("--model") { Description = "Exported .onnx file", DefaultValueFactory = _ => DefaultModel };
        Option<string> provider = new("--provider") { Description = string.Join(", ", ExecutionProviders.Choices), DefaultValueFactory = _ => ExecutionProviders.Auto };
        Option<int> threads = new("--threads") { Description = "CPU threads for the network; 0 for one a core" };
        Option<string?> size = new("--size") { Description = "Working size WxH of the network instead of the model's" };
        Option<double?> fps = new("--fps") { Description = "Frames a second, instead of the source's own" };
        Option<long> frames = new("--frames") { Description = "Stop after so many frames" };
        Option<bool> headless = new("--headless") { Description = "Render without a window" };
        Option<string> schedule = new("--schedule") { Description = "What runs at the same time: inline, ahead, pipelined, or auto: what gives this machine the least latency", DefaultValueFactory = _ => "auto" };
        Option<float> opacity = new("--opacity") { Description = "Strength of the class colours, 0 to 1", DefaultValueFactory = _ => 0.5f };
        Option<string> view = new("--view") { Description = string.Join(", ", Enum.GetNames<View>()).ToLowerInvariant(), DefaultValueFactory = _ => "overlay" };
        Option<string?> show = new("--show") { Description = "Classes that are foreground, such as person,car; all others are left as they are" };
        Option<string> backdrop = new("--backdrop") { Description = "What --view replace puts behind: a picture, or a colour as #RRGGBB", DefaultValueFactory = _ => new RenderOptions().Backdrop };
        Option<float> smooth = new("--smooth") { Description = "Steadiness of the classes over time, 0 to 1", DefaultValueFactory = _ => mode.Engine.Smooth };
        Option<string> refine = new("--refine") { Description = "Let the mask's edges follow the picture's: on, off, or auto: where a GPU draws", DefaultValueFactory = _ => "auto" };
        Option<bool> noHud = new("--no-hud") { Description = "Leave the figures and legend out" };
        Option<string?> json = new("--json") { Description = "Where to write the figures" };
        Command c = new(mode.Name, mode.Description) { source, outputs, model, provider, threads, size, fps, frames, headless, schedule, view, show, backdrop, opacity, smooth, refine, noHud, json };
        c.SetAction(p => Run(mode, new Settings
        {
            Source = p.GetValue(source) ?? mode.DefaultSource,
            Outputs = p.GetValue(outputs) ?? [],
            Model = p.GetValue(model)!,
            Segmenter = new SegmenterOptions(p.GetValue(provider)!, p.GetValue(threads), Settings.ParseSize(p.GetValue(size))),
            FramesPerSecond = p.GetValue(fps),
            Frames = p.GetValue(frames),
            Headless = p.GetValue(headless),
            Schedule = Settings.ParseSchedule(p.GetValue(schedule)!),
            Smooth = p.GetValue(smooth),
            Render = new RenderOptions
            {
                View = RenderOptions.ParseView(p.GetValue(view)!),
                Show = p.GetValue(show)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                Backdrop = p.GetValue(backdrop)!,
                Opacity = p.GetValue(opacity),
                Refine = RenderOptions.ParseRefine(p.GetValue(refine)!),
                Hud = !p.GetValue(noHud),
            },
            Json = p.GetValue(json),
        }));
        return c;
    }

    /// <summary>What happens without a command: the camera where there is one, else the sample; a window where there is a display, else files.</summary>
    public static int MainJob()
    {
        bool camera = File.Exists("/dev/video0");
        Settings settings = new() { Source = camera ? "0" : Sample, Outputs = HasDisplay ? [] : ["out/street.mp4", "out/street.png"], Model = DefaultModel, Segmenter = new SegmenterOptions(), Smooth = Mode.Replay.Engine.Smooth };
        if (!HasDisplay) Console.WriteLine($"no display: rendering {(camera ? "300 frames of the camera" : "the bundled sample")} to out/");
        else if (!camera) Console.WriteLine("no camera: replaying the bundled sample");
        return Run(camera ? Mode.Live : Mode.Replay, settings with { Frames = camera && !HasDisplay ? 300 : 0 });
    }

    private static bool HasDisplay
        => Environment.GetEnvironmentVariable("DISPLAY") is { Length: > 0 } || Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is { Length: > 0 };

    private static int Run(Mode mode, Settings s)
    {
        s.Check();
        bool window = mode.Windowed && s.Outputs.Count == 0 && !s.Headless && HasDisplay;
        using Segmenter segmenter = Segmenter.Load(s.Model, s.Segmenter, Console.WriteLine);
        using CancellationTokenSource stop = new();
        using ISource source = SourceFactory.Open(s.Source, s.FramesPerSecond, stop.Token.WaitHandle);
        using SinkSet sinks = new();
        double rate = source.FramesPerSecond > 0 ? source.FramesPerSecond : 30;
        foreach (string output in s.Outputs) sinks.Add(SinkFactory.Open(output, rate));
        using IGlContext context = window
            ? new GlfwContext($"RealtimeSeg – {Path.GetFileName(source.Name)}", FirstWindowWidth, FirstWindowHeight)
            : new EglContext();
        if (window) sinks.Add(SinkFactory.Window(context));
        if (sinks.All.Count == 0) sinks.Add(new NullSink());
        if (mode.Windowed && !window && s.Outputs.Count == 0) Console.WriteLine("no window and no output named: measuring only; name FILE.mp4 or FILE.png to keep the pictures");
        using Renderer renderer = new(context.Gl, segmenter.Manifest.Classes, segmenter.Manifest.Palette, s.Render);

        bool onCpu = renderer.IsSoftware && segmenter.Provider == ExecutionProviders.Cpu;
        EngineOptions options = mode.Engine with { Frames = s.Frames, Schedule = s.Schedule ?? (onCpu ? mode.OnCpu : mode.Engine.Schedule), Smooth = s.Smooth, MeasureFlicker = mode == Mode.Bench, Paced = mode.Engine.Paced || (window && mode.WindowPaced) };
        FrameEngine engine = new(new EngineParts(source, segmenter, context, renderer, sinks.All, new WallClock(), stop), options);
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };
        RunReport report = engine.Run();
        Report.Print(report, segmenter, context, renderer, options);
        Report.WriteJson(s, report, segmenter, context, renderer, options);
        foreach (string output in report.Outputs) Console.WriteLine($"wrote {output}");
        Console.WriteLine(report.Complaint ?? string.Create(CultureInfo.InvariantCulture, $"read {report.Read} frames from {source.Name}"));
        return 0;
    }

    /// <summary>Disposes what it holds, also when a later one fails to open.</summary>
    private sealed class SinkSet : IDisposable
    {
        private readonly List<ISink> _sinks = [];

        public List<ISink> All => _sinks;

        public void Add(ISink sink) => _sinks.Add(sink);

        public void Dispose()
        {
            foreach (ISink s in _sinks) s.Dispose();
        }
    }
}
