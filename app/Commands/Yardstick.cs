using System.Diagnostics;
using System.Globalization;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Commands;

/// <summary>PyTorch on the same machine: the time of a plain network in it, measured by a script in a process of its own.</summary>
internal sealed class Yardstick
{
    private const string Python = "python3", Script = "yardstick.py", Install = "apt-get install python3-torch";

    private Yardstick(string version) => Name = $"PyTorch {version}, fcn4s";

    /// <summary>Its name in tables.</summary>
    public string Name { get; }

    /// <exception cref="UserError">There is no PyTorch.</exception>
    public static Yardstick Find() => new(Ask("version"));

    /// <summary>Median of a forward pass in ms.</summary>
    /// <param name="size">Of the image, in pixels.</param>
    /// <param name="threads">CPU threads; 0 for one per core.</param>
    /// <exception cref="UserError">The script failed.</exception>
    public double Measure((int Width, int Height) size, int threads)
    {
        string count = (threads > 0 ? threads : Environment.ProcessorCount).ToString(CultureInfo.InvariantCulture);
        string said = Ask($"{size.Width}x{size.Height}", count);
        return double.TryParse(said, NumberStyles.Float, CultureInfo.InvariantCulture, out double ms)
            ? ms
            : throw new UserError($"--torch: {Name} by {Script} wrote '{said}' where a number of milliseconds was expected");
    }

    /// <summary>Measures at a run's size and threads, and prints how many times as long it takes as the run's network did.</summary>
    public void Print(RunResult run)
    {
        double network = run.Stats.Of(Stage.Infer).P50, torch = Measure(run.Size, run.Threads);
        string at = $"{run.Size.Width}×{run.Size.Height}, {run.Threads} threads";
        string ratio = FormattableString.Invariant($"{torch:F1} ms, {torch / network:F1} × {run.Model}'s {network:F1} ms");
        Log.Info($"{Name}, {at}: {ratio}");
    }

    private static string Ask(params string[] question)
    {
        string program = ChildProcess.Find(Python) ?? throw new UserError($"--torch: there is no {Python}; {Install}");
        ProcessStartInfo start = new(program, [Path.Combine(AppContext.BaseDirectory, "Assets", Script), .. question])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["OMP_WAIT_POLICY"] = "PASSIVE"; // threads that spin take time from each other where the cores are shared
        using Process process = ChildProcess.Start(start) ?? throw new UserError($"--torch: {Python} does not start");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string answer = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        if (process.ExitCode == 0) return answer;
        string why = errors.GetAwaiter().GetResult().Trim().Split('\n')[^1];
        throw new UserError(why.Contains("No module named", StringComparison.Ordinal)
            ? $"--torch: {Python} has no PyTorch; {Install}"
            : $"--torch: {Script} failed ({why})");
    }
}
