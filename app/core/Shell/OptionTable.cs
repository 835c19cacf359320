using System.CommandLine;

namespace RealtimeSeg.Core.Shell;

/// <summary>All options of a command, a row each; reads a command line into settings.</summary>
/// <param name="defaults">The settings where nothing is given.</param>
/// <param name="rows">In the order of <c>--help</c>.</param>
public sealed class OptionTable<TSettings>(TSettings defaults, IEnumerable<OptionRow<TSettings>> rows)
{
    private readonly BoundOption<TSettings>[] _options = [.. rows.Select(r => r.Bind(defaults))];

    public void AddTo(Command command)
    {
        foreach (BoundOption<TSettings> o in _options) command.Add(o.Option);
    }

    /// <exception cref="UserError">A value is not one that its option takes.</exception>
    public TSettings Read(ParseResult parsed) => Read(parsed, defaults);

    /// <param name="parsed">The command line.</param>
    /// <param name="start">Settings that the command's arguments have already changed.</param>
    /// <exception cref="UserError">A value is not one that its option takes.</exception>
    public TSettings Read(ParseResult parsed, TSettings start) => _options.Aggregate(start, (settings, o) => o.Put(settings, parsed));
}
