using System.Globalization;
using RealtimeSeg.Training.Runs;
using Spectre.Console;

namespace RealtimeSeg.Training.Commands;

/// <summary>Shows a run: a progress bar on a terminal, and a line per epoch that also goes to files and pipes.</summary>
internal static class TrainProgress
{
    /// <param name="run">Trains, with a callback for each step; its result is returned.</param>
    public static bool Show(Func<Action<RunLog.Line>, bool> run)
    {
        if (Console.IsOutputRedirected) return run(line => WriteEpoch(line, Console.WriteLine));
        ProgressColumn[] columns = [new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn()];
        return AnsiConsole.Progress().Columns(columns).Start(progress =>
        {
            ProgressTask task = progress.AddTask("training");
            return run(line =>
            {
                task.MaxValue = line.Total;
                task.Value = line.Step;
                task.Description = Text($"loss {line.Loss:F3}  {line.ImagesPerSecond:F1} images/s  {line.Left:hh\\:mm\\:ss} left");
                WriteEpoch(line, text => AnsiConsole.MarkupLineInterpolated($"{text}"));
            });
        });
    }

    private static void WriteEpoch(RunLog.Line line, Action<string> write)
    {
        if (!line.EpochEnds) return;
        string score = line.Score is { } s ? Text($"  val mean IU {s.MeanIu:F4}, pixel accuracy {s.PixelAccuracy:F4}") : "";
        string speed = Text($"{line.ImagesPerSecond:F1} images/s  {line.Left:hh\\:mm\\:ss} left");
        write(Text($"epoch {line.Epoch:F1}  step {line.Step}/{line.Total}  loss {line.Loss:F4}  {speed}{score}"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
