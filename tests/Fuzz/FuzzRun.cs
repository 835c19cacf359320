using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace RealtimeSeg.Tests.Fuzz;

/// <summary>
/// Watches a worker over many inputs: starts another one after an input that ended it or took too long, keeps failing inputs, and
/// remembers how far it came.
/// </summary>
internal sealed class FuzzRun
{
    private const int SaveEvery = 200, KeptOfAKind = 3;
    private const long MostMemory = 8L << 30;
    private static readonly TimeSpan ToPrepare = TimeSpan.FromMinutes(3);

    private readonly FuzzSettings _settings;
    private readonly string _stateFile;
    private readonly Dictionary<string, int> _kinds = new(StringComparer.Ordinal);
    private Progress _state;

    public FuzzRun(FuzzSettings settings)
    {
        _settings = settings;
        Directory.CreateDirectory(settings.Folder);
        _stateFile = Path.Combine(settings.Folder, $"state-{settings.Seed}.json");
        _state = File.Exists(_stateFile) ? JsonSerializer.Deserialize<Progress>(File.ReadAllText(_stateFile))! : new Progress();
    }

    /// <summary>Tries what remains of this many inputs; returns the number of failures, those of earlier parts included.</summary>
    public async Task<int> ToAsync(long count)
    {
        long began = Stopwatch.GetTimestamp();
        if (_state.Next > 0) Console.WriteLine($"seed {_settings.Seed}: going on at input {_state.Next}");
        while (_state.Next < count) await WorkAsync(count);
        Save();
        string time = Stopwatch.GetElapsedTime(began).ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture);
        string found = $"{_state.Refused} refused in one line, {_state.Failures} failures";
        Console.WriteLine($"{_state.Next} inputs, seed {_settings.Seed}, {time}: {found}");
        return _state.Failures;
    }

    /// <summary>Runs a worker until it has done all, or an input ended it.</summary>
    private async Task WorkAsync(long count)
    {
        using Process worker = Start(count);
        string error = "";
        worker.ErrorDataReceived += (_, e) => error = error.Length > 0 ? error : e.Data ?? ""; // a crash begins with what it is
        worker.BeginErrorReadLine();
        long running = -1;
        TimeSpan patience = ToPrepare;
        while (await NextAsync(worker, patience) is { } line)
        {
            string[] words = line.Split(' ', 2);
            if (words[0] == FuzzWorker.Begin) running = long.Parse(words[1], CultureInfo.InvariantCulture);
            else if (running >= 0) Count(running, words[0], words.Length > 1 ? words[1] : "");
            patience = FuzzPrograms.All.Contains(_settings.Worker.TargetOf(Math.Max(0, running)))
                ? _settings.Patience * FuzzSettings.ForPrograms
                : _settings.Patience;
        }

        bool hangs = !worker.HasExited;
        if (hangs) worker.Kill(entireProcessTree: true);
        await worker.WaitForExitAsync();
        if (worker.ExitCode == 0) return;
        if (running < _state.Next) throw new UserError($"the worker ended with code {worker.ExitCode} outside of any input: {error}");
        string ended = $"ended the process, code {worker.ExitCode}: {error}";
        Count(running, FuzzWorker.Failed, hangs ? $"no end after {patience.TotalSeconds} s, or too much memory" : ended);
    }

    private Process Start(long count)
    {
        string[] numbers = [.. new[] { _state.Next, count }.Select(n => n.ToString(CultureInfo.InvariantCulture))];
        string[] command = [typeof(FuzzRun).Assembly.Location, FuzzCommand.WorkerName, .. numbers, .. _settings.Arguments];
        ProcessStartInfo start = new("dotnet", command)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    /// <summary>The worker's next line; null at its end, or when it takes too long or too much memory.</summary>
    private static async Task<string?> NextAsync(Process worker, TimeSpan patience)
    {
        Task<string?> next = worker.StandardOutput.ReadLineAsync();
        TimeSpan look = TimeSpan.FromMilliseconds(200);
        for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < patience;)
        {
            if (await Task.WhenAny(next, Task.Delay(look)) == next) return await next;
            worker.Refresh();
            if (!worker.HasExited && worker.WorkingSet64 > MostMemory) return null;
        }

        return null;
    }

    private void Count(long number, string outcome, string why)
    {
        _state = _state with { Next = number + 1, Refused = _state.Refused + (outcome == FuzzWorker.Refused ? 1 : 0) };
        if (outcome == FuzzWorker.Failed) Keep(number, why);
        if (_state.Next % SaveEvery == 0) Save();
    }

    /// <summary>Keeps a failing input, unless enough of its kind are kept.</summary>
    private void Keep(long number, string why)
    {
        string target = _settings.Worker.TargetOf(number).Name;
        _state = _state with { Failures = _state.Failures + 1 };
        Save();
        string kind = $"{target}: {why.Split(':')[0]}";
        int before = _kinds.GetValueOrDefault(kind);
        _kinds[kind] = before + 1;
        string input = FuzzWorker.InputFile(_settings.Folder, number);
        if (before >= KeptOfAKind)
        {
            File.Delete(input);
            return;
        }

        string folder = Path.Combine(_settings.Folder, "failures", $"{_settings.Seed}-{number}");
        Directory.CreateDirectory(folder);
        File.Move(input, Path.Combine(folder, FuzzCommand.InputFile), overwrite: true);
        File.WriteAllText(Path.Combine(folder, FuzzCommand.TargetFile), target);
        File.WriteAllText(Path.Combine(folder, "why"), why.Replace(" | ", "\n", StringComparison.Ordinal));
        Console.WriteLine($"input {number}, {target}: {why[..Math.Min(400, why.Length)]}\n  again: ./run.sh test --fuzz-again {folder}");
    }

    private void Save() => AtomicFile.WriteJson(_stateFile, _state);

    /// <param name="Next">Number of the next input.</param>
    /// <param name="Refused">Inputs that ended in one line.</param>
    /// <param name="Failures">Inputs that failed.</param>
    private sealed record Progress(long Next = 0, long Refused = 0, int Failures = 0);
}
