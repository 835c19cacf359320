using System.CommandLine;
using System.CommandLine.Parsing;
using System.Xml.Linq;
using RealtimeSeg.Commands;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Commands;
using Xunit;

namespace RealtimeSeg.Tests.House;

/// <summary>What a release says of the programs is so. Making one takes minutes: docs/testing.md tells how it is tried.</summary>
public sealed class PackagingTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "app", "packaging");

    /// <summary>The line that systemd runs, with the settings that ship, and with all of them set.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("out/%Y%m%d.mp4 --view edges --http-token 0123456789abcdef")]
    public void The_service_starts_what_the_program_takes(string options)
    {
        string[] unit = File.ReadAllLines(Path.Combine(Folder, "rtseg.service"));
        Dictionary<string, string> settings = new(StringComparer.Ordinal);
        foreach (string set in Values(unit, "Environment").SelectMany(v => v.Split(' '))) settings[set.Split('=')[0]] = set.Split('=')[1];
        string[] shipped = File.ReadAllLines(Path.Combine(Folder, "rtseg.default"));
        foreach (string line in shipped.Where(l => l.StartsWith("RTSEG_", StringComparison.Ordinal)))
        {
            Assert.Equal(settings[line.Split('=')[0]], line.Split('=')[1]); // without the file the service runs the same
        }

        settings["RTSEG_OPTIONS"] = options;
        string[] command = [.. Assert.Single(Values(unit, "ExecStart")).Split(' ').SelectMany(w => Words(w, settings))];
        Assert.Equal("rtseg", command[0]);
        ParseResult parsed = AppCommands.Root().Parse(command[1..]);
        Assert.Empty(parsed.Errors);
        IEnumerable<Token> outputs = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(r => r.Tokens);
        Assert.DoesNotContain(outputs, o => o.Value.StartsWith("--", StringComparison.Ordinal)); // a mistyped option is taken for an output
        Assert.Equal("live", parsed.CommandResult.Command.Name);
        Assert.DoesNotContain(command, w => w.Contains('$', StringComparison.Ordinal));
    }

    [Fact]
    public void The_manual_has_every_command_and_option()
    {
        string page = ManPage.Of(File.ReadAllText(Path.Combine(Repository.Root, "docs", "cli.md")), DateTimeOffset.UnixEpoch);
        Assert.StartsWith($".TH RTSEG 1 1970-01-01 \"rtseg {BuildInfo.Version}\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("run.sh", page, StringComparison.Ordinal);
        foreach (Command c in AppCommands.Root().Subcommands.Concat(TrainerCommands.Root().Subcommands).Where(c => !c.Hidden))
        {
            Assert.Contains($"\n.SH {c.Name}\n", page, StringComparison.Ordinal);
            Assert.All(c.Options.Where(o => o.Name is not "--help" && !o.Hidden), o =>
                Assert.Contains($"\\fB{o.Name.Replace("-", "\\-", StringComparison.Ordinal)}\\fR", page, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_manual_keeps_text_that_roff_would_read()
    {
        const string markdown = "## keys\n\n| key | | on the page |\n|---|---|---|\n| . | a\\|b `x-y` | c |\n\n.hidden \\n\n";
        string page = ManPage.Of(markdown, DateTimeOffset.UnixEpoch);
        Assert.EndsWith(
            "\n.SH keys\n.TP\n\\&. (on the page: c)\na|b \\fBx\\-y\\fR\n.PP\n\\&.hidden \\en\n", page, StringComparison.Ordinal);
    }

    /// <summary>run.sh and a release's launcher give each verb to the program that has it, also for completion.</summary>
    [Fact]
    public void Every_verb_goes_to_the_program_that_has_it()
    {
        const int app = 0, trainer = 1, neither = 2; // what true and false exit with, and an error
        string verbs = Path.Combine(Folder, "verbs.sh");
        string script = $"fail() {{ exit {neither}; }}; app=true trainer=false launcher=x more= others=; . '{verbs}'; run_verb \"$@\"";
        int Of(params string[] words) => Cli.Try("bash", ["-c", script, "bash", .. words])!.Value.Code;
        Assert.All(AppCommands.Root().Subcommands.Where(c => !c.Hidden), c => Assert.Equal((c.Name, app), (c.Name, Of(c.Name))));
        foreach (Command c in TrainerCommands.Root().Subcommands.Where(c => !c.Hidden))
        {
            Assert.Equal((c.Name, trainer), (c.Name, Of(c.Name)));
            Assert.Equal((c.Name, trainer), (c.Name, Of("[suggest:20]", $"rtseg {c.Name} --")));
        }

        Assert.Equal(neither, Of("nonsense"));
    }

    [Fact]
    public void Both_programs_tell_version_and_commit()
    {
        XDocument props = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props"));
        string version = Assert.Single(props.Descendants("Version")).Value;
        foreach ((RootCommand root, string program) in new[] { (AppCommands.Root(), "rtseg"), (TrainerCommands.Root(), "rtseg-train") })
        {
            using StringWriter output = new();
            Assert.Equal(0, root.Parse("--version").Invoke(new InvocationConfiguration { Output = output }));
            string commit = BuildInfo.Commit();
            Assert.Equal(commit.Length > 0 ? $"{program} {version} ({commit})" : $"{program} {version}", output.ToString().Trim());
        }
    }

    /// <summary>What a .deb depends on is what the page tells users of the tarball to install.</summary>
    [Fact]
    public void The_page_names_the_packages_that_are_needed()
    {
        string script = $". '{Folder}/packages.sh'; known_packages | cut -d' ' -f1 | paste -sd' '";
        string packages = Cli.Try("bash", "-c", script)!.Value.Out.Trim();
        Assert.Contains("ffmpeg", packages, StringComparison.Ordinal);
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "install.md"));
        Assert.Contains($"install -y --no-install-recommends {packages}\n", page, StringComparison.Ordinal);
        Assert.Contains($"rtseg-{BuildInfo.Version}-linux-x64.tar.gz", page, StringComparison.Ordinal);
    }

    private static string[] Values(IEnumerable<string> unit, string key)
        => [.. unit.Where(l => l.StartsWith(key + "=", StringComparison.Ordinal)).Select(l => l[(key.Length + 1)..])];

    /// <summary>A word of a command line as systemd expands it (systemd.service(5)): ${X} is one word, $X any number of them.</summary>
    private static string[] Words(string word, Dictionary<string, string> settings)
        => word.StartsWith("${", StringComparison.Ordinal) ? [settings[word[2..^1]]]
            : word.StartsWith('$') ? settings[word[1..]].Split(' ', StringSplitOptions.RemoveEmptyEntries)
            : [word];
}
