using System.CommandLine;
using System.CommandLine.Parsing;

namespace RealtimeSeg.Core.Shell;

/// <summary>What is wrong with a command line, in one line that names it: the parser's own words are made for programmers.</summary>
internal static class CommandLineFault
{
    /// <summary>The first fault; null if there is none.</summary>
    public static string? Of(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        // An argument of free text would swallow a mistyped option.
        IEnumerable<Token> arguments = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens);
        string[] unmatched = parsed.Errors.Count == 0 ? [] : [.. parsed.UnmatchedTokens]; // those of a directive are no fault
        string[] options = [.. OptionsOf(parsed)];
        bool LacksDash(string text) => text.StartsWith('-') && options.Contains($"-{text}", StringComparer.Ordinal);
        string? option = arguments.Select(t => t.Value).Concat(unmatched).FirstOrDefault(t => IsOption(t) || LacksDash(t));
        if (option is not null) return $"no option {option}{Nearest.Hint(option, options)}: see --help";
        if (unmatched.Length > 0) return Unmatched(unmatched[0], command, parsed.RootCommandResult.Command);
        return parsed.Errors.Count == 0 ? null : Told(parsed.Errors[0], command);
    }

    private static bool IsOption(string text)
        => text.StartsWith("--", StringComparison.Ordinal) || (text.Length == 2 && text[0] == '-' && char.IsAsciiLetter(text[1]));

    private static IEnumerable<string> OptionsOf(ParseResult parsed)
    {
        IEnumerable<Option> everywhere = parsed.RootCommandResult.Command.Options.Where(o => o.Recursive);
        return parsed.CommandResult.Command.Options.Concat(everywhere).Where(o => !o.Hidden).SelectMany(o => o.Aliases.Prepend(o.Name));
    }

    private static string Unmatched(string text, Command command, Command root)
    {
        string of = command == root ? "" : $" of {command.Name}";
        string[] names = Names(command);
        if (names.Length == 0) return $"{text}: {command.Name} takes no more arguments: see --help";
        bool isOther = Names(root).Contains(text, StringComparer.Ordinal);
        string hint = isOther ? $" ({text} is a command of its own)" : Nearest.Hint(text, names);
        return $"no command '{text}'{of}{hint}: choose {List(names)}";
    }

    private static string Told(ParseError error, Command command) => error.SymbolResult switch
    {
        OptionResult { Tokens.Count: 0 } o => $"{o.Option.Name}: its value is missing",
        OptionResult o when o.Tokens.Count > o.Option.Arity.MaximumNumberOfValues
            => $"{o.Option.Name} is given {o.Tokens.Count} times: give it once",
        OptionResult o when Wanted(o.Option.ValueType) is { } wanted => $"{o.Option.Name} {o.Tokens[^1].Value}: {wanted}",
        ArgumentResult { Tokens.Count: 0 } a => $"{command.Name}: <{a.Argument.Name}> is missing: see --help",
        ArgumentResult a when Wanted(a.Argument.ValueType) is { } wanted => $"<{a.Argument.Name}> {a.Tokens[^1].Value}: {wanted}",
        CommandResult when Names(command) is { Length: > 0 } names => $"{command.Name} needs a command: choose {List(names)}",
        CommandResult c when Missing(c) is { } argument => $"{command.Name}: <{argument}> is missing: see --help",
        _ => $"{error.Message.TrimEnd('.')}: see --help",
    };

    /// <summary>The first argument that has no value and needs one.</summary>
    private static string? Missing(CommandResult command)
    {
        IEnumerable<Argument> given = command.Children.OfType<ArgumentResult>().Where(r => r.Tokens.Count > 0).Select(r => r.Argument);
        return command.Command.Arguments.FirstOrDefault(a => a.Arity.MinimumNumberOfValues > 0 && !given.Contains(a))?.Name;
    }

    private static string[] Names(Command command) => [.. command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name)];

    private static string List(string[] names) => names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} or {names[^1]}";

    /// <summary>What an option of a type takes.</summary>
    private static string? Wanted(Type type)
    {
        Type value = type.GetElementType() ?? Nullable.GetUnderlyingType(type) ?? type;
        return value == typeof(int) || value == typeof(long) ? "give a whole number"
            : value == typeof(float) || value == typeof(double) ? "give a number"
            : value == typeof(bool) ? "it takes no value"
            : null;
    }
}
