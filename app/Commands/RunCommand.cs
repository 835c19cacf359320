using System.CommandLine;
using RealtimeSeg.Engine;
using RealtimeSeg.Inference;
using RealtimeSeg.Sinks;
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
            Log.Info($"no display: rendering {what} to out/");
            string[] outputs = [OutputName.Free("out/street.mp4"), OutputName.Free("out/street.png")];
            settings = settings with { Outputs = outputs, Frames = camera ? FramesWithoutDisplay : 0 };
        }
        else if (!camera)
        {
            Log.Info("no camera: replaying the bundled sample");
        }

        return Run(mode, settings);
    }

    /// <summary>Runs to the end.</summary>
    /// <param name="mode">Of the command.</param>
    /// <param name="settings">Of the run.</param>
    /// <param name="signals">End it.</param>
    /// <param name="tell">Takes what was measured, even if an error ended it, and what is cancelled when there is no time left.</param>
    public static RunResult Execute(
        Mode mode, PipelineSettings settings, StopSignals signals, Action<RunResult, CancellationToken> tell)
    {
        IEnumerable<string?> targets = settings.Outputs.Append(settings.Results.Target);
        if (targets.Contains(StandardOutputSink.Name, StringComparer.Ordinal)) Log.LeaveStandardOutput();
        using Composition parts = new(mode, settings, signals);
        Segmenter first = parts.Models.Current; // the figures name the first one, whatever M changes later
        bool onCpu = parts.Renderer.IsSoftware && first.Provider is ExecutionProviders.Cpu or ExecutionProviders.Gl;
        EngineOptions options = mode.For(settings, parts.Source.IsSequence, parts.HasWindow, onCpu);
        using FrameEngine engine = new(parts.Parts, options);
        try
        {
            engine.Run();
        }
        finally
        {
            if (engine.Report is { } report) tell(Result(report), parts.Overdue);
        }

        return Result(engine.Report!);

        RunResult Result(RunReport report)
            => RunResult.Of(settings, engine.Options, parts, parts.Models.FellBack ? parts.Models.Current : first, report);
    }

    private static void Tell(RunResult result, CancellationToken overdue)
    {
        Report.Print(result, withFigures: !result.ArePictures || Log.IsVerbose);
        string? json = result.Settings.Json;
        OutputFiles.Tell(json, AtomicFile.WriteJson(json, Report.Figures(result), result.Settings.Overwrite, overdue));
    }

    private static int Run(Mode mode, PipelineSettings settings)
    {
        OutputFiles.Check(settings);
        using StopSignals signals = new();
        RunResult result = Execute(mode, settings, signals, Tell);
        return result.Report.Problems.Count > 0 ? CommandRunner.IncompleteCode : 0;
    }
}
