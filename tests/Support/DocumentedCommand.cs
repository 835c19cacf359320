using System.CommandLine.Parsing;

namespace RealtimeSeg.Tests.Support;

/// <summary>A command as the README or a page of the docs shows it: an indented line that starts with ./run.sh.</summary>
/// <param name="Page">Path from the repository's root.</param>
/// <param name="Arguments">What follows ./run.sh, as a shell would split it.</param>
public sealed record DocumentedCommand(string Page, IReadOnlyList<string> Arguments)
{
    private const string Start = "    ./run.sh";
    private static readonly string[] Pages = ["README.md", "docs/training.md", "models/README.md"];

    public static IEnumerable<DocumentedCommand> All() => Pages.SelectMany(page => File.ReadLines(Path.Combine(Repository.Root, page))
        .Where(line => line.StartsWith(Start, StringComparison.Ordinal))
        .Select(line => new DocumentedCommand(page, [.. CommandLineParser.SplitCommandLine(WithoutComment(line)[Start.Length..])])));

    public override string ToString() => $"{Page}: {string.Join(' ', Arguments)}";

    /// <summary>A comment is set off by two spaces; a # in a colour is not.</summary>
    private static string WithoutComment(string line)
    {
        int comment = line.IndexOf("  # ", StringComparison.Ordinal);
        return comment < 0 ? line : line[..comment];
    }
}
