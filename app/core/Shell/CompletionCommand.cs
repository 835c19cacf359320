using System.CommandLine;

namespace RealtimeSeg.Core.Shell;

/// <summary>
/// <c>completion SHELL</c>: what a shell is to source so that Tab completes commands, options and values. The shell asks the program
/// itself, by the parser's [suggest:POSITION] directive.
/// </summary>
public static class CompletionCommand
{
    /// <summary>Of names that begin as the word does, as the shell's own completion gives them.</summary>
    private const string Bash = """
        _rtseg() {
            local word=${COMP_WORDS[COMP_CWORD]} name
            COMPREPLY=()
            while IFS= read -r name; do
                [[ $name != "$word"* ]] || COMPREPLY+=("$name")
            done < <("${COMP_WORDS[0]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)
            [[ ${#COMPREPLY[@]} -gt 0 ]] || compopt -o default
        }
        complete -F _rtseg rtseg ./run.sh
        """;

    private const string Zsh = """
        _rtseg() {
            local line="${words[1,CURRENT]}"
            local -a found
            found=("${(@f)$(rtseg "[suggest:${#line}]" "$line" 2>/dev/null)}")
            if [[ -n ${found[1]} ]]; then compadd -a found; else _files; fi
        }
        compdef _rtseg rtseg
        """;

    private const string Fish = """
        function __rtseg
            set -l line (commandline -cp)
            rtseg "[suggest:"(string length -- $line)"]" $line 2>/dev/null
        end
        complete -c rtseg -a '(__rtseg)'
        """;

    private static readonly (string Shell, string Script)[] Scripts = [("bash", Bash), ("zsh", Zsh), ("fish", Fish)];

    public static Command Create()
    {
        Argument<string> shell = new("shell") { Description = "bash, zsh or fish" };
        shell.CompletionSources.Add(Scripts.Select(s => s.Shell).ToArray());
        Command command = new("completion", "Print what a shell sources for completion: source <(rtseg completion bash).") { shell };
        command.SetAction(parsed =>
        {
            string wanted = parsed.GetValue(shell)!;
            string[] shells = [.. Scripts.Select(s => s.Shell)];
            string script = Array.Find(Scripts, s => s.Shell == wanted).Script
                ?? throw new UserError($"no completion for '{wanted}'{Nearest.Hint(wanted, shells)}: choose {string.Join(", ", shells)}");
            Console.WriteLine(script);
            return 0;
        });
        return command;
    }
}
