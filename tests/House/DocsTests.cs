using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
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
        string[] pages =
        [
            "README.md", "models/README.md", ".github/CONTRIBUTING.md",
            .. new[] { "api", "experiments", "install", "outputs", "performance", "results", "testing", "training", "troubleshooting" }
                .Select(p => $"docs/{p}.md"),
        ];
        Assert.All(pages, p => Assert.Contains(all, c => c.Page == p));
        foreach (DocumentedCommand c in all.Where(c => c.Arguments.Count > 0 && c.Arguments[0] is not ("test" or "docs" or "publish")))
        {
            RootCommand program = trainer.Subcommands.Any(s => s.Name == c.Arguments[0]) ? trainer : app;
            ParseResult parsed = program.Parse(c.Arguments);
            Token? unknown = parsed.Tokens.FirstOrDefault(IsUnknownOption);
            string? error = unknown is null ? parsed.Errors.Select(e => e.Message).FirstOrDefault() : $"no option {unknown.Value}";
            Assert.True(error is null, $"{c}: {error}");
        }
    }

    /// <summary>run.sh itself takes these; its help names their options.</summary>
    [Fact]
    public void Every_documented_test_command_has_options_that_run_sh_knows()
    {
        string script = File.ReadAllText(Path.Combine(Repository.Root, "run.sh"));
        DocumentedCommand[] tests = [.. DocumentedCommand.All().Where(c => c.Arguments is ["test", ..])];
        Assert.True(tests.Length > 10, $"only {tests.Length} commands were found");
        Assert.All(tests, c => Assert.All(
            c.Arguments.Where(a => a.StartsWith("--", StringComparison.Ordinal)),
            option => Assert.Matches($@"{option}[ )]", script)));
    }

    [Theory]
    [InlineData("docs/any.md", "    ./run.sh live 0  # a comment", "live 0")]
    [InlineData("docs/any.md", "    cat x | ./run.sh replay - - > out.mjpeg", "replay - -")]
    [InlineData("docs/any.md", "| a cell | `LP_NUM_THREADS=1 ./run.sh bench --roofline` |", "bench --roofline")]
    [InlineData("docs/any.md", "wrapped: `./run.sh bench\n--suite`", "bench --suite")]
    [InlineData("docs/any.md", "```\n./run.sh doctor\n```\nand `run.sh` or `--lr 1`, too", "doctor")]
    [InlineData("docs/experiments.md", "- `--lr 1e-3`, then `export runs/a` of `runs/a`", "train --lr 1e-3|export runs/a")]
    public void Commands_are_found_wherever_a_page_has_them(string page, string text, string commands)
    {
        string[] found = [.. DocumentedCommand.Of(page, text.Split('\n')).Select(c => string.Join(' ', c.Arguments))];
        Assert.Equal(commands.Split('|'), found);
    }

    /// <summary>
    /// By the command that its first lines name, and with its own remark on the measurement. Its figures are of more digits than its
    /// table has: the last one may differ.
    /// </summary>
    [Fact]
    public void The_page_of_results_is_what_its_table_gives()
    {
        using TemporaryFolder folder = new();
        string docs = Path.Combine(Repository.Root, "docs"), page = File.ReadAllText(Path.Combine(docs, "results.md"));
        File.Copy(Path.Combine(docs, "results.csv"), folder["results.csv"]);
        string measured = page.Split("\n## ")[1].Trim(), note = measured[(measured.LastIndexOf("\n\n", StringComparison.Ordinal) + 2)..];
        DocumentedCommand made = DocumentedCommand.Of("docs/results.md", page.Split('\n')).First();
        (int code, string error) = InProcess.Trainer([.. made.Arguments, "--page-only", "--note", note, "--out", folder["results.md"]]);
        Assert.True(code == 0, error);
        string again = File.ReadAllText(folder["results.md"]);
        Assert.Equal(Figure().Replace(again, "#"), Figure().Replace(page, "#"));
        Assert.All(Figure().Matches(again).Zip(Figure().Matches(page)), f => Assert.True(
            Math.Abs(Units(f.First) - Units(f.Second)) <= 1, $"{f.First.Value} by the table, {f.Second.Value} on the page"));
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

    /// <summary>
    /// Commands that take any number of outputs parse an unknown option as the name of one. Options with spaces are one quoted value.
    /// </summary>
    private static bool IsUnknownOption(Token token) => token.Type == TokenType.Argument
        && token.Value.StartsWith("--", StringComparison.Ordinal)
        && !token.Value.Contains(' ', StringComparison.Ordinal);

    /// <summary>A decimal in units of its last digit.</summary>
    private static int Units(Match figure)
        => int.Parse(figure.Value.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\d+\.\d+", RegexOptions.None, RegexLimit.Milliseconds)]
    private static partial Regex Figure();

    [GeneratedRegex(@"""\s*\+\s*\$?""", RegexOptions.None, RegexLimit.Milliseconds)]
    private static partial Regex Joined();

    [GeneratedRegex("`(?<words>[^`]*)`", RegexOptions.ExplicitCapture, RegexLimit.Milliseconds)]
    private static partial Regex Quoted();
}
