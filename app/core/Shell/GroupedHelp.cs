using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace RealtimeSeg.Core.Shell;

/// <summary>Options that belong together, under a title.</summary>
public sealed record OptionGroup(string Title, IReadOnlyList<Option> Options);

/// <summary>
/// What <c>--help</c> prints of a command with many options: in groups, as wide as the terminal. Commands without groups have the parser's
/// own help.
/// </summary>
public sealed class GroupedHelp : SynchronousCommandLineAction
{
    private const int Indent = 2, LongestName = 22;

    private static readonly ConditionalWeakTable<Command, IReadOnlyList<OptionGroup>> Groups = [];

    private readonly SynchronousCommandLineAction _plain;

    private GroupedHelp(SynchronousCommandLineAction plain) => _plain = plain;

    /// <summary>Has a program's <c>--help</c> print groups.</summary>
    public static void Use(RootCommand root)
    {
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new GroupedHelp((SynchronousCommandLineAction)help.Action!);
    }

    /// <summary>Adds options to a command, in groups.</summary>
    public static void Add(Command command, params OptionGroup[] groups)
    {
        foreach (Option option in groups.SelectMany(g => g.Options)) command.Add(option);
        Groups.AddOrUpdate(command, [.. Groups.TryGetValue(command, out IReadOnlyList<OptionGroup>? before) ? before : [], .. groups]);
    }

    public override int Invoke(ParseResult parseResult)
    {
        Command command = parseResult.CommandResult.Command;
        if (!Groups.TryGetValue(command, out IReadOnlyList<OptionGroup>? groups)) return _plain.Invoke(parseResult);
        TextWriter to = parseResult.InvocationConfiguration.Output;
        int width = Terminal.Columns ?? Terminal.Usual;
        foreach (string line in Terminal.Wrapped(command.Description ?? "", width)) to.WriteLine(line);
        string arguments = string.Concat(command.Arguments.Select(a => $" [<{a.Name}>]"));
        to.WriteLine($"\nUsage: {command.Parents.FirstOrDefault()?.Name} {command.Name}{arguments} [options]");
        Write(to, "Arguments", command.Arguments.Select(a => ($"<{a.Name}>", Described(a.Description, null))), width);
        foreach (OptionGroup group in groups)
            Write(to, group.Title, group.Options.Select(o => (Name(o), Described(o.Description, o))), width);
        return 0;
    }

    private static string Name(Option option) => string.Join(", ", option.Aliases.Where(a => a.Length == 2).Append(option.Name));

    private static string Described(string? text, Option? option)
    {
        bool shows = option is { HasDefaultValue: true } && option.ValueType != typeof(bool);
        string value = shows ? Convert.ToString(option!.GetDefaultValue(), CultureInfo.InvariantCulture) ?? "" : "";
        return value.Length > 0 ? $"{text} [{value}]" : text ?? "";
    }

    private static void Write(TextWriter to, string title, IEnumerable<(string Name, string Text)> rows, int width)
    {
        to.WriteLine($"\n{title}:");
        foreach ((string name, string text) in rows)
        {
            string head = new string(' ', Indent) + name;
            if (head.Length > LongestName)
            {
                to.WriteLine(head);
                head = "";
            }

            foreach (string line in Terminal.Wrapped(text, width - LongestName - Indent))
            {
                to.WriteLine($"{head.PadRight(LongestName + Indent)}{line}");
                head = "";
            }
        }
    }
}
