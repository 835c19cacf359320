using System.CommandLine;

namespace RealtimeSeg.Core.Shell;

/// <summary>All options of a command, a row each; reads a command line into settings.</summary>
/// <param name="defaults">The settings where nothing is given.</param>
/// <param name="rows">In the order of <c>--help</c>.</param>
public sealed class OptionTable<TSettings>(TSettings defaults, IEnumerable<OptionRow<TSettings>> rows)
{
    private readonly BoundOption<TSettings>[] _options = [.. rows.Select(r => r.Bind(defaults))];

    /// <summary>Its options, in the order of the rows.</summary>
    public IReadOnlyList<Option> Options => [.. _options.Select(o => o.Option)];

    public void AddTo(Command command)
    {
        foreach (Option option in Options) command.Add(option);
    }

    /// <exception cref="UserError">A value is not one that its option takes.</exception>
    public TSettings Read(ParseResult parsed) => Read(parsed, defaults);

    /// <param name="parsed">The command line.</param>
    /// <param name="start">Settings that the command's arguments have already changed.</param>
    /// <exception cref="UserError">A value is not one that its option takes.</exception>
    public TSettings Read(ParseResult parsed, TSettings start) => _options.Aggregate(start, (settings, o) => o.Put(settings, parsed));
}
