using System.Globalization;
using RealtimeSeg.Training.Runs;
using Spectre.Console;

namespace RealtimeSeg.Training.Commands;

/// <summary>Shows a run from its first step: a progress bar on a terminal, lines in files and pipes.</summary>
internal static class TrainProgress
{
    /// <summary>Between two lines of steps in a file; epochs have theirs besides.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <param name="run">Trains, with a callback for each step and one for what comes before the first; its result is returned.</param>
    public static bool Show(Func<Action<RunLog.Line>, Action<string>, bool> run)
    {
        if (Console.IsOutputRedirected)
        {
            long start = TimeProvider.System.GetTimestamp();
            return run(Lines(() => TimeProvider.System.GetElapsedTime(start), Console.WriteLine), Console.WriteLine);
        }

        ProgressColumn[] columns = [new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn()];
        return AnsiConsole.Progress().Columns(columns).Start(progress =>
        {
            ProgressTask task = progress.AddTask("training");
            task.IsIndeterminate = true;
            return run(
                line =>
                {
                    task.IsIndeterminate = false;
                    task.MaxValue = line.Total;
                    task.Value = line.Step;
                    task.Description = Markup.Escape(Text($"step {line.Step}  loss {line.Loss:F3}  {Speed(line)}"));
                    if (line.EpochEnds) AnsiConsole.MarkupLineInterpolated($"{Said(line)}");
                },
                phase => task.Description = Markup.Escape(phase));
        });
    }

    /// <summary>A line for the first step, the end of each epoch, and a step every few seconds.</summary>
    /// <param name="clock">Time that has passed.</param>
    /// <param name="write">Receives the lines.</param>
    internal static Action<RunLog.Line> Lines(Func<TimeSpan> clock, Action<string> write)
    {
        TimeSpan? last = null;
        return line =>
        {
            TimeSpan now = clock();
            if (!line.EpochEnds && now - last < Interval) return;
            last = now;
            write(Said(line));
        };
    }

    private static string Said(RunLog.Line line)
    {
        string score = line.Score is { } s ? Text($"\n  val mIoU {s.MeanIu:F4}, pixel accuracy {s.PixelAccuracy:F4}") : "";
        return Text($"epoch {line.Epoch:F1}  step {line.Step}/{line.Total}  loss {line.Loss:F4}  {Speed(line)}{score}");
    }

    private static string Speed(RunLog.Line line) => Text($"{line.ImagesPerSecond:F1} images/s  {line.Left:hh\\:mm\\:ss} left");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
