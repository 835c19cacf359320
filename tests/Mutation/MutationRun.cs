using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RealtimeSeg.Tests.Support;

namespace RealtimeSeg.Tests.Mutation;

/// <summary>Stryker on a copy of the working tree: it replaces built assemblies, and leaves its own there if it is stopped.</summary>
internal sealed partial class MutationRun(string folder)
{
    /// <summary>
    /// Tests that call code in their own process, as a program that a test starts has no faults in it; without those of whole runs, which
    /// would take half of the time.
    /// </summary>
    private const string Tests = "Set!=Long&Set!=Slow&FullyQualifiedName!~ResumeTests&FullyQualifiedName!~RunTests"
        + "&FullyQualifiedName!~RecipeTests&FullyQualifiedName!~TrainCommandTests&FullyQualifiedName!~EndToEnd"
        + "&(FullyQualifiedName~Tests.Training|FullyQualifiedName~Tests.Core"
        + "|FullyQualifiedName~Tests.App.Frame|FullyQualifiedName~Tests.App.Stats|FullyQualifiedName~Tests.App.Labeller"
        + "|FullyQualifiedName~Tests.App.ThirdParty)";

    private readonly string _tree = Path.Combine(folder, "tree"), _reports = Path.Combine(folder, "reports");

    /// <summary>Plants the faults of these windows, each in a run of the tests that reach it.</summary>
    /// <exception cref="UserError">Stryker is missing, or failed.</exception>
    public MutationReport Of(IReadOnlyList<LineWindow> windows)
    {
        CopyTree(except: [.. windows.Select(w => w.File)]);
        if (Directory.Exists(_reports)) Directory.Delete(_reports, recursive: true);
        string settings = Path.Combine(folder, "stryker.json");
        File.WriteAllText(settings, Settings(windows));
        Run(_tree, "dotnet", "tool", "restore");
        Run(_tree, "dotnet", "stryker", "--config-file", settings, "--output", _reports, "--skip-version-check");
        string report = Directory.EnumerateFiles(_reports, "*.json", SearchOption.AllDirectories).FirstOrDefault()
            ?? throw new UserError($"Stryker left no report in {_reports}");
        return MutationReport.Read(report, _tree);
    }

    private static string Settings(IReadOnlyList<LineWindow> windows)
    {
        JsonObject settings = new()
        {
            ["solution"] = "RealtimeSeg.sln",
            ["configuration"] = "Release",
            ["mutate"] = new JsonArray([.. windows.Select(w => JsonValue.Create(w.ToString()))]),
            ["test-case-filter"] = Tests,
            ["coverage-analysis"] = "perTest",
            ["concurrency"] = 2,
            ["reporters"] = new JsonArray("json", "progress"),
        };
        return new JsonObject { ["stryker-config"] = settings }.ToJsonString();
    }

    /// <summary>
    /// What git knows or would add: no build outputs of other settings. Stryker builds all faults of a project into its assembly, those of
    /// loops over pixels too, and would take hours: it is told to leave alone the files in which nothing was drawn.
    /// </summary>
    private void CopyTree(HashSet<string> except)
    {
        if (Directory.Exists(_tree)) Directory.Delete(_tree, recursive: true);
        string files = Cli.Try("git", "ls-files", "-co", "--exclude-standard", "-z") is { Code: 0 } git
            ? git.Out
            : throw new UserError("git lists the files to copy: run --mutate in a clone, with git installed");
        foreach (string file in files.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            string from = Path.Combine(Repository.Root, file), to = Path.Combine(_tree, file);
            if (!File.Exists(from)) continue; // deleted, and not yet committed
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            bool isLeftAlone = file.EndsWith(".cs", StringComparison.Ordinal) && !except.Contains(file);
            if (isLeftAlone) File.WriteAllText(to, LeftAlone(File.ReadAllText(from)));
            else File.Copy(from, to);
        }
    }

    private static string LeftAlone(string source)
        => Namespace().Replace(source, match => $"// Stryker disable all{Environment.NewLine}{match.Value}", count: 1);

    [GeneratedRegex("^namespace ", RegexOptions.Multiline | RegexOptions.ExplicitCapture, RegexLimit.Milliseconds)]
    private static partial Regex Namespace();

    private static void Run(string directory, params string[] words)
    {
        using Process process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { WorkingDirectory = directory })!;
        process.WaitForExit();
        if (process.ExitCode != 0) throw new UserError($"'{string.Join(' ', words)}' ended with exit code {process.ExitCode}");
    }
}
