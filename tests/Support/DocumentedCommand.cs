using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using RealtimeSeg.Commands;
using RealtimeSeg.Training.Commands;

namespace RealtimeSeg.Tests.Support;

/// <summary>
/// A command as a page shows it: a line of code, or words between backticks. The page of experiments shortens: <c>--lr 1e-3</c> is
/// <c>train</c>'s there, and a command begins with its verb.
/// </summary>
/// <param name="Page">Path from the repository's root.</param>
/// <param name="Arguments">What follows ./run.sh, as a shell would split it.</param>
public sealed partial record DocumentedCommand(string Page, IReadOnlyList<string> Arguments)
{
    private const string Start = "./run.sh", Indent = "    ", Fence = "```", Experiments = "docs/experiments.md";

    /// <summary>Their lines of code are those that tests run.</summary>
    private static readonly string[] Tried = ["README.md", "docs/training.md", "docs/usage.md"];
    private static readonly string[] Folders = ["docs", "models", "app", "training", "tests", "shaders", ".github"];
    private static readonly string[] Built = ["/bin/", "/obj/"];
    private static readonly HashSet<string> Verbs = AppCommands.Root().Subcommands.Concat(TrainerCommands.Root().Subcommands)
        .Select(c => c.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>Whether it can be tried as it stands: a line of its own that names what a test can make.</summary>
    public bool CanBeTried { get; private init; }

    /// <summary>Those of every page of the repository.</summary>
    public static IEnumerable<DocumentedCommand> All() => Folders
        .SelectMany(f => Directory.GetFiles(Path.Combine(Repository.Root, f), "*.md", SearchOption.AllDirectories))
        .Concat(Directory.GetFiles(Repository.Root, "*.md"))
        .Where(file => !Built.Any(b => file.Contains(b, StringComparison.Ordinal)))
        .Select(file => Path.GetRelativePath(Repository.Root, file))
        .Order(StringComparer.Ordinal)
        .SelectMany(page => Of(page, File.ReadAllLines(Path.Combine(Repository.Root, page))));

    /// <summary>Those of a page.</summary>
    public static IEnumerable<DocumentedCommand> Of(string page, IReadOnlyList<string> lines)
    {
        List<string> text = [];
        bool fenced = false, tried = Tried.Contains(page, StringComparer.Ordinal);
        foreach (string line in lines)
        {
            if (line.StartsWith(Fence, StringComparison.Ordinal)) fenced = !fenced;
            else if (!fenced && !line.StartsWith(Indent, StringComparison.Ordinal)) text.Add(line);
            else if (Line(line) is { } words) yield return new(page, words) { CanBeTried = tried && IsWhole(line) };
        }

        foreach (Match span in Span().Matches(string.Join(' ', text)))
        {
            if (Inline(span.Groups["code"].Value.Trim(), page == Experiments) is { } words) yield return new(page, words);
        }
    }

    public override string ToString() => $"{Page}: {string.Join(' ', Arguments)}";

    /// <summary>Nothing is piped into it.</summary>
    private static bool IsWhole(string line) => line.TrimStart().StartsWith(Start, StringComparison.Ordinal);

    /// <summary>Without what it is piped from, and without a comment, which is set off by two spaces (a # in a colour is not).</summary>
    private static string[]? Line(string line)
    {
        int comment = line.IndexOf("  # ", StringComparison.Ordinal);
        string code = (comment < 0 ? line : line[..comment]).Trim();
        int pipe = code.LastIndexOf("| ", StringComparison.Ordinal);
        return Command(pipe < 0 ? code : code[(pipe + 2)..]);
    }

    private static string[]? Inline(string code, bool shortened)
    {
        if (Command(code) is { } whole) return whole;
        if (!shortened || !code.Contains(' ', StringComparison.Ordinal)) return null;
        if (code.StartsWith("--", StringComparison.Ordinal)) return Words($"train {code}");
        return Verbs.Contains(code.Split(' ')[0]) ? Words(code) : null;
    }

    /// <summary>Its arguments, if it runs run.sh, maybe with variables set before it.</summary>
    private static string[]? Command(string code)
    {
        Match run = Run().Match(code);
        return run.Success ? Words(run.Groups["arguments"].Value) : null;
    }

    /// <summary>Up to where the output is sent.</summary>
    private static string[] Words(string arguments)
        => [.. CommandLineParser.SplitCommandLine(arguments).TakeWhile(w => w is not (">" or "2>"))];

    [GeneratedRegex("`(?<code>[^`]+)`", RegexOptions.ExplicitCapture, RegexLimit.Milliseconds)]
    private static partial Regex Span();

    [GeneratedRegex(@"^([A-Z_]+=\S+ )*\./run\.sh(?<arguments>( .*)?)$", RegexOptions.ExplicitCapture, RegexLimit.Milliseconds)]
    private static partial Regex Run();
}
