using System.CommandLine;
using System.Text;
using RealtimeSeg.Inference;

namespace RealtimeSeg.Commands;

/// <summary><c>doctor</c>: what of this machine the program can use, and what to do about the rest.</summary>
internal static class DoctorCommand
{
    private const int CannotRun = 1;

    public static Command Create()
    {
        Option<bool> verbose = new("--verbose") { Description = "Tell more of each check" };
        Option<string?> report = new("--report") { Description = "FILE that gets all of it, to attach to a bug report" };
        Option<bool> overwrite = new("--overwrite", "-y") { Description = "Overwrite that file" };
        Option<string?> model = new("--model") { Description = "List what an exported model computes instead, and what that costs here" };
        Option<string> provider = new("--provider")
        {
            Description = "With --model: gl, compute shaders of OpenGL 4.3",
            DefaultValueFactory = _ => "gl",
        };
        Option<string> half = new("--gl-half")
        {
            Description = "With --model: store numbers in 16 bits: on, off, or auto (on for hardware)",
            DefaultValueFactory = _ => "auto",
        };
        half.AcceptOnlyFromAmong("auto", "on", "off");
        const string Help = "Report what works on this machine, and how to fix what does not.";
        Command command = new("doctor", Help) { verbose, report, overwrite, model, provider, half };
        OptionTable<PipelineSettings> reading = new(new PipelineSettings { Source = "" }, PipelineRows.OfFile);
        reading.AddTo(command);
        command.SetAction(parsed =>
        {
            NamedOptions named = NamedOptions.Of(parsed);
            named.Need("--model", [.. PipelineRows.OfFile.Select(r => r.Name), "--provider", "--gl-half"]);
            named.Exclude("--model", "--report", "--overwrite", "--verbose");
            return parsed.GetValue(model) is { } file
                ? List(file, parsed.GetValue(provider)!, parsed.GetValue(half)!, reading.Read(parsed).Segmenter)
                : Run(parsed.GetValue(verbose), parsed.GetValue(report), parsed.GetValue(overwrite));
        });
        return command;
    }

    private static int List(string model, string provider, string half, SegmenterOptions options)
    {
        if (provider != ExecutionProviders.Gl) throw new UserError($"--provider {provider}: only gl can be listed");
        bool? inHalves = half == "auto" ? null : half == "on";
        NetworkListing.Print(Bundled.ModelOf(model), options with { Provider = ExecutionProviders.Gl, GlHalf = inHalves });
        return 0;
    }

    private static int Run(bool verbose, string? report, bool overwrite)
    {
        if (report is not null) OutputName.Check([report], [], overwrite);
        List<Finding> findings = [];
        foreach (Finding finding in MachineChecks.All.SelectMany(check => check()))
        {
            findings.Add(finding);
            foreach (string line in finding.Lines(Terminal.Columns ?? Terminal.Usual, verbose)) Console.WriteLine(line);
        }

        bool runs = !findings.Exists(f => f.IsFatal);
        string verdict = runs ? "segmenting video works here" : "segmenting video does not work here: see the lines marked FAIL";
        Console.WriteLine(verdict);
        if (report is not null)
            OutputFiles.Tell(report, AtomicFile.Write(report, Encoding.UTF8.GetBytes(Text(findings, verdict)), overwrite));
        return runs ? 0 : CannotRun;
    }

    /// <summary>All that was found, for others to read: without the user's home.</summary>
    private static string Text(IEnumerable<Finding> findings, string verdict)
    {
        IEnumerable<string> lines = findings.SelectMany(f => f.Lines(columns: null, withDetails: true));
        string text = string.Join('\n', [.. CrashReport.Head(), .. lines, verdict, ""]);
        string? home = Environment.GetEnvironmentVariable("HOME");
        return home is { Length: > 1 } ? text.Replace(home, "~", StringComparison.Ordinal) : text;
    }
}
