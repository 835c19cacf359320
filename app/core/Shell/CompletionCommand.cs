using System.CommandLine;

namespace RealtimeSeg.Core.Shell;

/// <summary>
/// <c>completion SHELL</c>: what a shell is to source so that Tab completes commands, options and values. The shell asks the program
/// itself, by the parser's [suggest:POSITION] directive.
/// </summary>
public static class CompletionCommand
{
    private const string Bash = """
        _rtseg() {
            local IFS=$'\n'
            COMPREPLY=($("${COMP_WORDS[0]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null | grep -F -- "${COMP_WORDS[COMP_CWORD]}"))
            [[ ${#COMPREPLY[@]} -gt 0 ]] || compopt -o default
        }
        complete -F _rtseg rtseg ./run.sh
        """;

    private const string Zsh = """
        _rtseg() {
            local -a found
            found=("${(@f)$("${words[1]}" "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
            if (( ${#found} )) && [[ -n ${found[1]} ]]; then compadd -a found; else _files; fi
        }
        compdef _rtseg rtseg run.sh
        """;

    private const string Fish = """
        function __rtseg
            set -l line (commandline -cp)
            (commandline -po)[1] "[suggest:"(string length -- $line)"]" $line 2>/dev/null
        end
        complete -c rtseg -a '(__rtseg)'
        complete -c run.sh -a '(__rtseg)'
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
            string script = Array.Find(Scripts, s => s.Shell == wanted).Script
                ?? throw new UserError($"no completion for '{wanted}': choose {string.Join(", ", Scripts.Select(s => s.Shell))}");
            Console.WriteLine(script);
            return 0;
        });
        return command;
    }
}
