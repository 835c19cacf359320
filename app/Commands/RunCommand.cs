using System.CommandLine;
using RealtimeSeg.Engine;
using RealtimeSeg.Inference;
using RealtimeSeg.Sources;

namespace RealtimeSeg.Commands;

/// <summary><c>live</c>, <c>replay</c> and <c>bench</c>: one command with different defaults.</summary>
internal static class RunCommand
{
    private const string FirstCamera = "/dev/video0";
    private const int FramesWithoutDisplay = 300;

    public static Command Create(Mode mode)
    {
        PipelineOptions options = new(mode);
        Command command = new(mode.Name, mode.Description);
        options.AddTo(command);
        command.SetAction(parsed => Run(mode, options.Read(parsed)));
        return command;
    }

    /// <summary>What runs without a command: the first camera, else the sample; in a window, else to files.</summary>
    public static int MainJob()
    {
        bool camera = CameraSource.Devices().Contains(FirstCamera, StringComparer.Ordinal), display = Machine.Display is not null;
        Mode mode = camera ? Mode.Live : Mode.Replay;
        PipelineSettings settings = mode.Defaults;
        if (!display)
        {
            string what = camera ? $"{FramesWithoutDisplay} frames of the camera" : "the bundled sample";
            Console.WriteLine($"no display: rendering {what} to out/");
            settings = settings with { Outputs = ["out/street.mp4", "out/street.png"], Frames = camera ? FramesWithoutDisplay : 0 };
        }
        else if (!camera)
        {
            Console.WriteLine("no camera: replaying the bundled sample");
        }

        return Run(mode, settings);
    }

    /// <summary>Runs to the end and prints what was measured.</summary>
    public static RunResult Execute(Mode mode, PipelineSettings settings)
    {
        using Composition parts = new(mode, settings);
        Segmenter model = parts.Models.Current; // the figures name the first one, whatever M changes later
        bool onCpu = parts.Renderer.IsSoftware && model.Provider == ExecutionProviders.Cpu;
        EngineOptions options = mode.For(settings, parts.Source.IsSequence, parts.HasWindow, onCpu);
        using FrameEngine engine = new(parts.Parts, options);
        RunResult result = RunResult.Of(settings, options, parts, model, engine.Run());
        Report.Print(result);
        return result;
    }

    private static int Run(Mode mode, PipelineSettings settings)
    {
        RunResult result = Execute(mode, settings);
        AtomicFile.WriteJson(settings.Json, Report.Figures(result));
        return result.Report.Problems.Count > 0 ? CommandRunner.IncompleteCode : 0;
    }
}
