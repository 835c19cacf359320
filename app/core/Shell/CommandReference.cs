using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using System.Text;

namespace RealtimeSeg.Core.Shell;

/// <summary>A program's commands with their arguments and options as Markdown, for <c>docs/cli.md</c>.</summary>
public static class CommandReference
{
    /// <summary>A hidden command that prints the reference.</summary>
    public static Command Command(Func<string> reference)
    {
        Command command = new("reference", "Print the reference of all commands as Markdown.") { Hidden = true };
        command.SetAction(_ => Console.Out.Write(reference()));
        return command;
    }

    /// <summary>Every command below <paramref name="root"/>, each with a table of what it takes.</summary>
    public static string Markdown(RootCommand root)
    {
        StringBuilder page = new();
        Dictionary<string, Dictionary<string, string>> written = new(StringComparer.Ordinal);
        foreach (Command command in root.Subcommands.Where(c => !c.Hidden)) Append(page, command, command.Name, written);
        return page.ToString();
    }

    /// <summary>Commands, arguments and options below a command that have no help.</summary>
    public static IEnumerable<string> WithoutHelp(Command command, string path = "")
    {
        string name = $"{path} {command.Name}".Trim();
        if (string.IsNullOrWhiteSpace(command.Description)) yield return name;
        IEnumerable<Symbol> symbols = command.Arguments.Cast<Symbol>().Concat(command.Options);
        foreach (Symbol symbol in symbols.Where(s => string.IsNullOrWhiteSpace(s.Description))) yield return $"{name} {symbol.Name}";
        foreach (string missing in command.Subcommands.SelectMany(c => WithoutHelp(c, name))) yield return missing;
    }

    /// <summary>
    /// A command's section. If it takes all that an earlier command takes, only what is not the same, such as another default, is written.
    /// </summary>
    private static void Append(StringBuilder page, Command command, string path, Dictionary<string, Dictionary<string, string>> written)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {path}\n\n{command.Description}\n");
        Dictionary<string, string> own = Symbols(command).ToDictionary(s => s.Name, Row, StringComparer.Ordinal);
        IEnumerable<string> rows = own.Values;
        string? like = written.Keys.FirstOrDefault(name => written[name].Count > 0 && written[name].Keys.All(own.ContainsKey));
        written[path] = own;
        if (like is not null)
        {
            rows = rows.Where(r => !written[like].ContainsValue(r));
            string rest = rows.Any() ? ", and:" : ".";
            page.Append(CultureInfo.InvariantCulture, $"\nArguments and options: those of `{like}`{rest}\n");
        }

        if (rows.Any()) page.Append(CultureInfo.InvariantCulture, $"\n| | default | |\n|---|---|---|\n{string.Join('\n', rows)}\n");
        foreach (Command sub in command.Subcommands) Append(page, sub, $"{path} {sub.Name}", written);
    }

    private static IEnumerable<Symbol> Symbols(Command command)
        => [.. command.Arguments, .. command.Options.Where(o => o is not (HelpOption or VersionOption) && !o.Hidden)];

    private static string Row(Symbol s) => $"| `{(s is Argument ? $"<{s.Name}>" : s.Name)}` | {Default(s)} | {Cell(s.Description)} |";

    private static string Default(Symbol symbol)
    {
        object? value = symbol switch
        {
            Option { HasDefaultValue: true } o when o.ValueType != typeof(bool) => o.GetDefaultValue(),
            Argument { HasDefaultValue: true } a => a.GetDefaultValue(),
            _ => null,
        };
        string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        return text.Length == 0 ? "" : Cell(Path.IsPathRooted(text) ? $"`{Path.GetFileName(text)}`" : $"`{text}`");
    }

    private static string Cell(string? text) => (text ?? "").Replace("|", "\\|", StringComparison.Ordinal);
}
