using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using System.Text.RegularExpressions;
using RealtimeSeg.Commands;
using RealtimeSeg.Engine;
using RealtimeSeg.Frames;
using RealtimeSeg.Input;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Commands;
using Xunit;

namespace RealtimeSeg.Tests.House;

/// <summary>The docs show what the programs take, no more and no less.</summary>
public sealed partial class DocsTests
{
    private static readonly string Reference = File.ReadAllText(Path.Combine(Repository.Root, "docs", "cli.md"));

    [Fact]
    public void The_reference_is_what_the_programs_write()
    {
        string written = AppCommands.Reference() + TrainerCommands.Reference();
        Assert.True(Reference == written, "docs/cli.md is out of date: run './run.sh docs'");
    }

    [Fact]
    public void Every_command_argument_and_option_has_help()
    {
        Assert.Empty(CommandReference.WithoutHelp(AppCommands.Root()));
        Assert.Empty(CommandReference.WithoutHelp(TrainerCommands.Root()));
    }

    [Fact]
    public void Every_documented_command_is_one_that_the_programs_take()
    {
        RootCommand app = AppCommands.Root(), trainer = TrainerCommands.Root();
        DocumentedCommand[] all = [.. DocumentedCommand.All()];
        Assert.True(all.Length > 40, $"only {all.Length} commands were found");
        foreach (DocumentedCommand c in all.Where(c => c.Arguments.Count > 0 && c.Arguments[0] is not ("test" or "docs")))
        {
            RootCommand program = trainer.Subcommands.Any(s => s.Name == c.Arguments[0]) ? trainer : app;
            IReadOnlyList<ParseError> errors = program.Parse(c.Arguments).Errors;
            Assert.True(errors.Count == 0, $"{c}: {(errors.Count > 0 ? errors[0].Message : "")}");
        }
    }

    /// <summary>Those of an installed release, whose launcher has both programs' verbs.</summary>
    [Fact]
    public void Every_command_of_the_page_on_installing_is_one_that_the_programs_take()
    {
        const string launcher = "    rtseg ";
        string[] lines = [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "install.md"))
            .Where(l => l.StartsWith(launcher, StringComparison.Ordinal)).Select(l => l[launcher.Length..])];
        Assert.True(lines.Length >= 5, $"only {lines.Length} commands were found");
        RootCommand app = AppCommands.Root(), trainer = TrainerCommands.Root();
        Assert.All(lines, l => Assert.Empty((trainer.Subcommands.Any(s => s.Name == l.Split(' ')[0]) ? trainer : app).Parse(l).Errors));
    }

    [Fact]
    public void The_docs_explain_figures_as_the_bench_does()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "outputs.md"));
        Assert.All(Terms.Stages, t => Assert.Contains($"| `{t.Name}` | {t.Meaning} |", page, StringComparison.Ordinal));
        string[] stages = [.. Enum.GetValues<Stage>().Select(Report.Name)];
        Assert.True(stages.SequenceEqual(Terms.Stages.Select(t => t.Name).Take(stages.Length), StringComparer.Ordinal));
    }

    [Fact]
    public void The_pages_commands_and_figures_are_documented()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "api.md"));
        string[] commands = [.. KeyTable.Rows.Select(r => r.Page?.Name).OfType<string>()];
        string row = $"`POST /do/NAME` | does what a key does: {string.Join(", ", commands.Select(c => $"`{c}`"))} |";
        Assert.Contains(row, page, StringComparison.Ordinal);
        string[] keys = [.. typeof(Snapshot).GetProperties().Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name))];
        Assert.All(keys, k => Assert.Contains($"`{k}`", page, StringComparison.Ordinal));
    }

    /// <summary>Messages are searched for by their words: those that no program says any more help nobody.</summary>
    [Fact]
    public void Messages_that_are_explained_are_the_programs()
    {
        IEnumerable<string> sources = new[] { "app", "training" }
            .SelectMany(d => Directory.GetFiles(Path.Combine(Repository.Root, d), "*.cs", SearchOption.AllDirectories))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal))
            .Append(Path.Combine(Repository.Root, "run.sh"));
        string said = Joined().Replace(string.Concat(sources.Select(File.ReadAllText)), ""); // lines that are joined
        string[] rows = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "troubleshooting.md"));
        string[] words =
        [
            .. rows.Where(r => r.StartsWith("| ", StringComparison.Ordinal)).SelectMany(r => Quoted().Matches(r.Split('|')[1]))
                .SelectMany(m => m.Groups["words"].Value.Split('…')).Select(w => w.Trim(' ', '\'')).Where(w => w.Length > 0),
        ];
        Assert.InRange(words.Length, 40, 200);
        Assert.All(words, w => Assert.Contains(w, said, StringComparison.Ordinal));
    }

    /// <summary>Links between pages, and files that they name.</summary>
    [Fact]
    public void Links_lead_somewhere()
    {
        string[] pages =
        [
            .. new[] { "README.md", "models/README.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md" }
                .Select(p => Path.Combine(Repository.Root, p)),
            .. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md"),
        ];
        foreach (string page in pages)
        {
            foreach (string target in File.ReadAllText(page).Split("](").Skip(1).Select(t => t[..t.IndexOf(')', StringComparison.Ordinal)]))
            {
                string file = Path.Combine(Path.GetDirectoryName(page)!, target.Split('#')[0]);
                Assert.True(target.StartsWith("http", StringComparison.Ordinal) || Path.Exists(file), $"{page} links to {target}");
            }
        }
    }

    [GeneratedRegex(@"""\s*\+\s*\$?""", RegexOptions.None, RegexLimit.Milliseconds)]
    private static partial Regex Joined();

    [GeneratedRegex("`(?<words>[^`]*)`", RegexOptions.ExplicitCapture, RegexLimit.Milliseconds)]
    private static partial Regex Quoted();
}
