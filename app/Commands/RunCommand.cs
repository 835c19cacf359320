using System.CommandLine;
using System.Globalization;
using RealtimeSeg.Engine;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Inference;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;
using RealtimeSeg.Web;

namespace RealtimeSeg.Commands;

/// <summary><c>live</c>, <c>replay</c> and <c>bench</c>: one command with different defaults.</summary>
internal static class RunCommand
{
    private const int FirstWindowWidth = 960, FirstWindowHeight = 720;

    /// <summary>The clip that comes with the program.</summary>
    public static string Sample => Path.Combine(AppContext.BaseDirectory, "Assets", "street.mp4");

    /// <summary>In integers for a CPU; GPU providers want floats.</summary>
    public static string DefaultModel => Path.Combine(AppContext.BaseDirectory, "models", ExecutionProviders.GpuBuild ? "street.onnx" : "street-int8.onnx");

    public static Command Create(Mode mode)
    {
        PipelineOptions options = new(mode);
        Command c = new(mode.Name, mode.Description);
        options.AddTo(c);
        c.SetAction(p => Run(mode, options.Read(p)));
        return c;
    }

    /// <summary>What happens without a command: the camera where there is one, else the sample; a window where there is a display, else files.</summary>
    public static int MainJob()
    {
        bool camera = File.Exists("/dev/video0");
        PipelineSettings settings = new() { Source = camera ? "0" : Sample, Outputs = HasDisplay ? [] : ["out/street.mp4", "out/street.png"], Model = DefaultModel, Segmenter = new SegmenterOptions(), Labels = Mode.Replay.Engine.Labels! };
        if (!HasDisplay) Console.WriteLine($"no display: rendering {(camera ? "300 frames of the camera" : "the bundled sample")} to out/");
        else if (!camera) Console.WriteLine("no camera: replaying the bundled sample");
        return Run(camera ? Mode.Live : Mode.Replay, settings with { Frames = camera && !HasDisplay ? 300 : 0 });
    }

    private static bool HasDisplay
        => Environment.GetEnvironmentVariable("DISPLAY") is { Length: > 0 } || Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is { Length: > 0 };

    private static int Run(Mode mode, PipelineSettings s)
    {
        AtomicFile.WriteJson(s.Json, Report.Figures(Execute(mode, s)));
        return 0;
    }

    /// <summary>Runs to the end and prints what was measured.</summary>
    public static RunResult Execute(Mode mode, PipelineSettings s)
    {
        s.Check();
        bool window = mode.Windowed && s.Outputs.Count == 0 && !s.Headless && HasDisplay;
        using ModelShelf models = OpenModels(s);
        Segmenter segmenter = models.Current;
        using CancellationTokenSource stop = new();
        using StopSignals signals = new(stop);

        using ISource source = SourceFactory.Open(s.Source, s.SourceOptions, stop.Token.WaitHandle);
        using Backdrop? backdrop = s.Backdrop is { } behind ? new Backdrop(() => SourceFactory.Open(behind, new SourceOptions(), stop.Token.WaitHandle)) : null;
        using SinkSet sinks = new(Console.WriteLine);
        double rate = source.FramesPerSecond > 0 ? source.FramesPerSecond : 30;
        foreach (string output in s.Outputs) sinks.Add(SinkFactory.Open(output, rate, s.Video));
        if (s.Masks is { } folder) sinks.Add(SinkFactory.Labels(folder));
        if (s.Stats is { } table) sinks.Add(SinkFactory.Stats(table, rate));
        using IGlContext context = window
            ? new GlfwContext($"RealtimeSeg – {Path.GetFileName(source.Name)}", FirstWindowWidth, FirstWindowHeight, s.Vsync)
            : new EglContext();
        if (window) sinks.Add(SinkFactory.Window(context));
        RemoteControl? remote = s.Http is null ? null : new RemoteControl();
        using WebServer? server = s.Http is null ? null : Serve(s.Http, s.HttpFps, remote!, sinks);
        if (mode.Windowed && sinks.Count == 0) Console.WriteLine("no window and no output named: measuring only; name FILE.mp4 or FILE.png to keep the pictures");
        if (sinks.Count == 0) sinks.Add(new NullSink());
        using Renderer renderer = new(context.Gl, segmenter.Manifest.Classes, segmenter.Manifest.Palette, s.Render);

        bool onCpu = renderer.IsSoftware && segmenter.Provider == ExecutionProviders.Cpu;
        EngineOptions options = mode.Engine with { Frames = s.Frames, Schedule = s.Schedule ?? (onCpu ? mode.OnCpu : mode.Engine.Schedule), Labels = s.Labels, Paced = s.Paced ?? (mode.Engine.Paced || (window && mode.WindowPaced)) };
        using FrameEngine engine = new(new EngineParts(source, models, context, renderer, sinks, new WallClock(), stop, remote, backdrop), options);
        RunReport report = engine.Run();
        RunResult result = new()
        {
            Settings = s,
            Report = report,
            Engine = options,
            Model = segmenter.Name,
            Network = segmenter.Manifest.Network,
            Size = segmenter.Manifest.Size,
            Provider = segmenter.Provider,
            Threads = segmenter.Threads,
            Context = context.Kind,
            Device = renderer.Device,
        };
        Report.Print(result);
        foreach (string output in report.Outputs) Console.WriteLine($"wrote {output}");
        Console.WriteLine(report.EndNote ?? string.Create(CultureInfo.InvariantCulture, $"read {report.Read} frames from {source.Name}"));
        return result;
    }

    /// <summary>The model asked for, and beside it those in its folder, for M to go through.</summary>
    private static ModelShelf OpenModels(PipelineSettings s)
    {
        Segmenter Load(string file) => Segmenter.Load(file, s.Segmenter, Console.WriteLine);
        bool folder = Directory.Exists(s.Model);
        string? place = folder ? s.Model : Path.GetDirectoryName(Path.GetFullPath(s.Model));
        string[] files = Directory.Exists(place) ? [.. Directory.EnumerateFiles(place, "*.onnx").Order(StringComparer.Ordinal)] : [];
        if (folder && files.Length == 0) throw new UserError($"no model in {s.Model}: it needs .onnx files");
        int first = folder ? 0 : Array.IndexOf(files, Path.Combine(place!, Path.GetFileName(s.Model)));
        return first < 0 ? new ModelShelf([s.Model], 0, Load(s.Model), Load) : new ModelShelf(files, first, Load(files[first]), Load);
    }

    private static WebServer Serve(WebAddress address, double framesPerSecond, RemoteControl remote, SinkSet sinks)
    {
        WebSink pictures = new(framesPerSecond);
        sinks.Add(pictures);
        WebServer server = new(address, pictures, remote);
        Console.WriteLine($"the picture is at {server.Url}{(address.Token is null ? "" : "?token=…")}");
        return server;
    }
}
