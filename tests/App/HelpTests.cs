using RealtimeSeg.Commands;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>What a user sees who asks how.</summary>
public sealed class HelpTests
{
    [Fact]
    public void Options_are_told_in_groups_that_hold_all_of_them()
    {
        string help = Printed("replay", "--help");
        string[] lines = help.Split('\n');
        IEnumerable<string> titles = PipelineRows.Groups.Select(g => g.Title).Append("Messages");
        Assert.All(titles, title => Assert.Contains(lines, l => l == title + ":"));
        Assert.All(PipelineRows.All, row => Assert.Contains(lines, l => l.Trim().Split(' ').Contains(row.Name, StringComparer.Ordinal)));
        Assert.All(lines, l => Assert.True(l.Length <= 100, l));
        Assert.Contains(lines, l => l.Contains("-i, --input", StringComparison.Ordinal));
    }

    [Fact]
    public void Help_may_come_before_the_command()
    {
        Assert.Equal(Printed("bench", "--help"), Printed("--help", "bench"));
        Assert.Contains("replay", Printed("--help"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash", "complete -F")]
    [InlineData("zsh", "compdef")]
    [InlineData("fish", "complete -c")]
    public void A_shell_is_told_how_to_complete(string shell, string says)
        => Assert.Contains(says, Printed("completion", shell), StringComparison.Ordinal);

    [Fact]
    public void Bash_completes_commands_and_options()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "rtseg.dll");
        string script = """
            rtseg() { dotnet "$PROGRAM" "$@"; }
            compopt() { :; }
            eval "$(rtseg completion bash)"
            COMP_LINE='rtseg replay --target-f' COMP_POINT=23 COMP_CWORD=2 COMP_WORDS=(rtseg replay --target-f)
            _rtseg
            echo "${COMPREPLY[@]}"
            """;
        (int code, string output, string error) = Cli.Try("bash", "-c", $"PROGRAM='{program}'\n{script}")!.Value;
        Assert.True(code == 0, error);
        Assert.Equal("--target-fps", output.Trim());
    }

    private static string Printed(params string[] arguments)
    {
        (int code, string text) = InProcess.AppText(arguments);
        Assert.Equal(0, code);
        return text;
    }
}
