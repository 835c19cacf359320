using System.CommandLine;
using System.CommandLine.Parsing;

namespace RealtimeSeg.Core.Shell;

/// <summary>The options that a command line gives, whatever their values: one that does nothing there is a mistake of its user.</summary>
public sealed class NamedOptions(IEnumerable<string> names)
{
    private readonly HashSet<string> _names = new(names, StringComparer.Ordinal);

    public static NamedOptions None { get; } = new([]);

    public static NamedOptions Of(ParseResult parsed)
        => new(parsed.CommandResult.Children.OfType<OptionResult>().Where(o => !o.Implicit).Select(o => o.Option.Name));

    public bool Contains(string option) => _names.Contains(option);

    /// <summary>Refuses options that mean something beside another one only, if that is missing.</summary>
    /// <exception cref="UserError">One of them is named.</exception>
    public void Need(string other, params string[] options)
    {
        if (!Contains(other) && Array.Find(options, Contains) is { } idle)
            throw new UserError($"{idle} is for {other}: add {other}, or leave {idle} out");
    }

    /// <summary>Refuses options that mean nothing beside another one.</summary>
    /// <exception cref="UserError">One of them is named, and the other one.</exception>
    public void Exclude(string other, params string[] options)
    {
        if (Contains(other) && Array.Find(options, Contains) is { } idle)
            throw new UserError($"{idle} does nothing with {other}: choose one of them");
    }
}
