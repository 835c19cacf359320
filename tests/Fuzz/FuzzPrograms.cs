using System.CommandLine;
using System.Diagnostics;
using RealtimeSeg.Commands;
using RealtimeSeg.Training.Commands;

namespace RealtimeSeg.Tests.Fuzz;

/// <summary>
/// Targets through the programs: exit code 0, 1 or 2, and every file that is written lies in the folder that they run in.
/// </summary>
internal static class FuzzPrograms
{
    private const string App = "rtseg.dll", Trainer = "rtseg-train.dll";

    private static readonly Command[] AppVerbs = [.. AppCommands.Root().Subcommands.Where(c => c.Name is "live" or "replay" or "bench")];
    private static readonly Command[] TrainerVerbs = [.. TrainerCommands.Root().Subcommands.Where(c => c.Options.Count > 1)];
    private static readonly string[] Outputs = ["null", "o.mp4", "o.png", "o%03d.png", "o.gif", "o.mkv", "o.webm", "o", "o.txt"];
    private static readonly string[] Brief = ["--frames", "2", "--headless"];

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("app's command line", AppLine, (w, line) => Run(w, App, FuzzOptions.Words(line))),
        new("trainer's command line", TrainerLine, (w, line) => Run(w, Trainer, FuzzOptions.Words(line))),
        Replayed("v.mp4", "o.mp4"), Replayed("v.avi", "o.png"), Replayed("v.mkv", "null"), Replayed("i.png", "o.png"),
        With("own.onnx", "../in/own.onnx"), With("model.json", "../in/foreign.onnx"), With("labels.txt", "../in/foreign.onnx"),
        Through("checkpoint exported", "last.ckpt", Trainer, "export", "../in", "o.onnx"),
        Through("classifier converted", "foreign.onnx", Trainer, "convert", "../in/foreign.onnx", "o.onnx"),
    ];

    private static byte[] AppLine(FuzzWorld w, Random r)
    {
        Command command = AppVerbs[r.Next(AppVerbs.Length)];
        string[] sources = ["synth://1", "../in/v.mp4", "../in/i.png", "../in", "missing.mp4", "synth://x", "../in/%d.png"];
        string[] start = [command.Name, sources[r.Next(sources.Length)], Outputs[r.Next(Outputs.Length)]];
        string[] options = FuzzOptions.Words(FuzzOptions.Line(command, r, "--frames", "--headless", "--loop", "--help", "--sweep"));
        return System.Text.Encoding.UTF8.GetBytes(string.Join('\0', [.. start, .. options, .. Brief]));
    }

    private static byte[] TrainerLine(FuzzWorld w, Random r)
    {
        Command verb = TrainerVerbs[r.Next(TrainerVerbs.Length)];
        string[] inputs = ["../in/own.onnx", "../in/foreign.onnx", "../in", "missing.onnx"];
        string[] arguments = [.. verb.Arguments.Select((_, i) => i == 0 ? inputs[r.Next(inputs.Length)] : "o.onnx")];
        string[] without = ["--data", "--bench", "--backbone", "--net", "--help", "--random"];
        string[] options = FuzzOptions.Words(FuzzOptions.Line(verb, r, without));
        string[] data = verb.Options.Any(o => o.Name == "--data") ? ["--data", "missing"] : [];
        return System.Text.Encoding.UTF8.GetBytes(string.Join('\0', [verb.Name, .. arguments, .. options, .. data]));
    }

    private static FuzzTarget Replayed(string seed, string output)
        => Through($"replayed {Path.GetExtension(seed)}", seed, App, "replay", $"../in/{seed}", output, "--headless");

    private static FuzzTarget With(string seed, string model)
        => Through($"run with {seed}", seed, App, ["replay", "synth://1", "null", "--model", model, .. Brief]);

    private static FuzzTarget Through(string name, string seed, string program, params string[] arguments)
        => FuzzTarget.Of(name, seed, (w, bytes) => Run(w, program, arguments, (seed, bytes)));

    /// <summary>Runs a program in an empty folder beside one with valid inputs, of which one may be damaged.</summary>
    private static void Run(FuzzWorld w, string program, string[] arguments, (string Name, byte[] Bytes)? damaged = null)
    {
        string place = w["program"], inside = Path.Combine(place, "out");
        if (Directory.Exists(place)) Directory.Delete(place, recursive: true);
        Directory.CreateDirectory(inside);
        string[] needed = ["v.mp4", "i.png", "own.onnx", "foreign.onnx", "labels.txt"];
        foreach (string name in needed) w.Place($"program/in/{name}");
        if (damaged is { } d) File.WriteAllBytes(Path.Combine(place, "in", d.Name), d.Bytes);
        string[] before = Snapshot(place, inside);
        (int code, string error) = Run(inside, program, arguments);
        string line = $"{program} {string.Join(' ', arguments.Select(a => $"'{a}'"))}";
        if (code is < 0 or > 2) throw new FuzzFailure($"exit code {code}: {line}\n{error}");
        if (code == 2 && error.Contains("   at ", StringComparison.Ordinal)) throw new FuzzFailure($"a stack trace: {line}\n{error}");
        string[] changed = [.. Snapshot(place, inside).Except(before, StringComparer.Ordinal)];
        if (changed.Length > 0) throw new FuzzFailure($"wrote {string.Join(", ", changed)}: {line}");
    }

    private static (int Code, string Error) Run(string folder, string program, string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("DISPLAY");
        start.Environment.Remove("WAYLAND_DISPLAY");
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        _ = output.Result;
        return (process.ExitCode, error);
    }

    /// <summary>Every file outside the output folder, with what a write changes.</summary>
    private static string[] Snapshot(string place, string inside) =>
    [
        .. new DirectoryInfo(place).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(f => !f.FullName.StartsWith(inside + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            .Select(f => $"{f.FullName} of {f.Length} bytes, {f.LastWriteTimeUtc.Ticks}"),
    ];
}
