using System.Diagnostics;
using System.Globalization;
using RealtimeSeg.Training.Metrics;

namespace RealtimeSeg.Training.Runs;

/// <summary>Follows a run: smoothed loss, speed and time left for the progress bar, and a row an epoch in <c>log.csv</c>.</summary>
public sealed class RunLog : IDisposable
{
    private const double Smoothing = 0.05;
    private readonly StreamWriter _csv;
    private readonly RunConfig _config;
    private readonly int _stepsPerEpoch;
    private readonly Action<Line> _report;
    private readonly RunCurves _curves;
    private readonly long _first, _started = Stopwatch.GetTimestamp();
    private double _smoothed = double.NaN, _epochLoss;
    private int _epochSteps;

    /// <summary>A state of the run to show. <paramref name="EpochEnds"/> marks the lines worth keeping.</summary>
    public sealed record Line(long Step, long Total, double Epoch, double Loss, double ImagesPerSecond, TimeSpan Left, ConfusionMatrix? Score, bool EpochEnds);

    public RunLog(string folder, long first, int stepsPerEpoch, RunConfig config, Action<Line> report)
    {
        (_first, _stepsPerEpoch, _config, _report) = (first, stepsPerEpoch, config, report);
        string path = Path.Combine(folder, "log.csv");
        bool fresh = first == 0 || !File.Exists(path);
        _curves = new RunCurves(folder, fresh ? null : path);
        _csv = new StreamWriter(path, append: !fresh);
        if (fresh) _csv.WriteLine("step,epoch,loss,learning_rate,images_per_s,seconds,miou,pixel_accuracy");
    }

    public void Step(long t, float loss, double rate, bool epochEnds, ConfusionMatrix? score)
    {
        _smoothed = double.IsNaN(_smoothed) ? loss : _smoothed + (Smoothing * (loss - _smoothed));
        _epochLoss += loss;
        _epochSteps++;
        double seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds, speed = (t + 1 - _first) / seconds;
        double epoch = (t + 1) / (double)_stepsPerEpoch;
        TimeSpan left = TimeSpan.FromSeconds((_config.TotalSteps - t - 1) / speed);
        _report(new Line(t + 1, _config.TotalSteps, epoch, epochEnds ? _epochLoss / _epochSteps : _smoothed, speed * _config.BatchSize, left, score, epochEnds));
        if (!epochEnds) return;
        _csv.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{t + 1},{epoch:F2},{_epochLoss / _epochSteps:F4},{rate:G4},{speed * _config.BatchSize:F2},{seconds:F1},{score?.MeanIu:F4},{score?.PixelAccuracy:F4}"));
        _csv.Flush();
        _curves.Add(epoch, _epochLoss / _epochSteps, score?.MeanIu);
        (_epochLoss, _epochSteps) = (0, 0);
    }

    public void Dispose() => _csv.Dispose();
}
