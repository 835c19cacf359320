using System.Diagnostics;
using System.Globalization;
using System.Text;
using RealtimeSeg.Training.Metrics;

namespace RealtimeSeg.Training.Runs;

/// <summary>Follows a run: smoothed loss, speed and time left for the progress bar, and a row per epoch in <c>log.csv</c>.</summary>
public sealed class RunLog
{
    public const string FileName = "log.csv";

    private const string Head = "step,epoch,loss,learning_rate,images_per_s,seconds,miou,pixel_accuracy";

    /// <summary>Weight of the newest loss in the exponential average that the progress bar shows.</summary>
    private const double Smoothing = 0.05;

    private readonly string _path;
    private readonly RunConfig _config;
    private readonly int _stepsPerEpoch;
    private readonly Action<Line> _report;
    private readonly RunCurves _curves;
    private readonly EventFile? _events;
    private readonly long _first, _started = Stopwatch.GetTimestamp();
    private double _smoothed = double.NaN;

    /// <param name="folder">The run's.</param>
    /// <param name="first">The first step of this session; after 0 the log is continued.</param>
    /// <param name="stepsPerEpoch">Steps in an epoch.</param>
    /// <param name="config">The run's settings.</param>
    /// <param name="report">Receives a line after each step.</param>
    /// <param name="events">Receives each step's figures, too; null for none.</param>
    public RunLog(string folder, long first, int stepsPerEpoch, RunConfig config, Action<Line> report, EventFile? events = null)
    {
        _events = events;
        _first = first;
        _stepsPerEpoch = stepsPerEpoch;
        _config = config;
        _report = report;
        _path = Path.Combine(folder, FileName);
        bool fresh = first == 0 || !File.Exists(_path);
        if (fresh) AtomicFile.Write(_path, Encoding.UTF8.GetBytes(Head + "\n"));
        else DropAfter(_path, first);
        _curves = new RunCurves(folder, fresh ? null : _path);
    }

    /// <summary>A state of the run to show. <paramref name="EpochEnds"/> marks the lines worth keeping.</summary>
    public sealed record Line(
        long Step, long Total, double Epoch, double Loss, double ImagesPerSecond, TimeSpan Left, ConfusionMatrix? Score, bool EpochEnds);

    /// <summary>Notes a step.</summary>
    /// <param name="state">Of the run, this step included.</param>
    /// <param name="loss">Its loss.</param>
    /// <param name="rate">Its learning rate.</param>
    /// <param name="epochEnds">Whether an epoch, or the run, ends with it.</param>
    /// <param name="score">On the validation split; null without an evaluation.</param>
    public void Step(RunState state, float loss, double rate, bool epochEnds, ConfusionMatrix? score)
    {
        long done = state.Step;
        _smoothed = double.IsNaN(_smoothed) ? loss : _smoothed + (Smoothing * (loss - _smoothed));
        double seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds, stepsPerSecond = (done - _first) / seconds;
        Line line = new(
            done,
            _config.TotalSteps,
            done / (double)_stepsPerEpoch,
            epochEnds ? state.EpochLoss / state.EpochSteps : _smoothed,
            stepsPerSecond * _config.BatchSize,
            TimeSpan.FromSeconds((_config.TotalSteps - done) / stepsPerSecond),
            score,
            epochEnds);
        _report(line);
        _events?.Add(done, ("train/loss", loss), ("train/learning_rate", rate), ("train/images_per_s", line.ImagesPerSecond));
        if (score is not null) _events?.Add(done, Scores(score));
        if (epochEnds) EndEpoch(line, rate, seconds);
    }

    /// <summary>Wall-clock minutes of a run, all sessions together: in the log the seconds of each session start at zero.</summary>
    public static double Minutes(string folder)
    {
        double total = 0, last = 0;
        foreach (string[] row in File.ReadLines(Path.Combine(folder, FileName)).Skip(1).Select(l => l.Split(',')).Where(r => r.Length > 5))
        {
            double seconds = double.Parse(row[5], CultureInfo.InvariantCulture);
            if (seconds < last) total += last;
            last = seconds;
        }

        return (total + last) / 60;
    }

    /// <summary>The validation scores of a run, each with the epochs that were done.</summary>
    public static IEnumerable<(double Epoch, double MeanIu)> Scores(string folder)
        => File.ReadLines(Path.Combine(folder, FileName)).Skip(1).Select(l => l.Split(',')).Where(r => r.Length > 6 && r[6].Length > 0)
            .Select(r => (double.Parse(r[1], CultureInfo.InvariantCulture), double.Parse(r[6], CultureInfo.InvariantCulture)))
            .Where(p => double.IsFinite(p.Item2));

    /// <summary>
    /// Drops the rows of steps that a killed run did after its last checkpoint, and that are done again, and what a full disk or a power
    /// cut left of a row.
    /// </summary>
    private static void DropAfter(string path, long step)
    {
        string[] rows = File.ReadAllLines(path);
        int columns = Head.Split(',').Length;
        bool IsDone(string[] cells) => cells.Length == columns && long.TryParse(cells[0], out long done) && done <= step;
        bool isWhole = File.ReadAllText(path).EndsWith('\n');
        string[] kept = [Head, .. rows.Skip(1).Take(rows.Length - (isWhole ? 1 : 2)).Where(row => IsDone(row.Split(',')))];
        if (isWhole && kept.SequenceEqual(rows, StringComparer.Ordinal)) return;
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(string.Join('\n', kept) + "\n"));
    }

    private IEnumerable<(string Tag, double Value)> Scores(ConfusionMatrix score) =>
    [
        ("val/mIoU", score.MeanIu),
        ("val/pixel_accuracy", score.PixelAccuracy),
        .. _config.ClassNames.Zip(score.PerClass, (name, value) => ($"val/IoU/{name}", value)),
    ];

    private void EndEpoch(Line line, double rate, double seconds)
    {
        string row = string.Create(CultureInfo.InvariantCulture, $"{line.Step},{line.Epoch:F2},{line.Loss:F4},{rate:G4},")
            + string.Create(CultureInfo.InvariantCulture, $"{line.ImagesPerSecond:F2},{seconds:F1},")
            + string.Create(CultureInfo.InvariantCulture, $"{line.Score?.MeanIu:F4},{line.Score?.PixelAccuracy:F4}");
        try
        {
            File.AppendAllText(_path, row + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserError.CannotWrite(_path, e);
        }

        _curves.Add(line.Epoch, line.Loss, line.Score is { MeanIu: var score } && double.IsFinite(score) ? score : null);
    }
}
