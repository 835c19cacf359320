using System.Globalization;

namespace RealtimeSeg.Sinks;

/// <summary>Images of a run, each a file. One whose name somebody took meanwhile gets a name beside it.</summary>
/// <param name="context">Of the run.</param>
internal sealed class ImageSeries(SinkContext context)
{
    private readonly Dictionary<string, string> _moved = new(StringComparer.Ordinal);
    private string? _firstMoved;

    /// <summary>How many were written.</summary>
    public long Count { get; private set; }

    /// <param name="name">Of the file.</param>
    /// <param name="bytes">All of it.</param>
    /// <param name="again">Whether it is this run's own file, written anew.</param>
    /// <exception cref="UserError">It cannot be written.</exception>
    public void Add(string name, ReadOnlyMemory<byte> bytes, bool again = false)
    {
        // What this run wrote before lies where it got a name: the name that was asked for may be another's.
        string own = again ? _moved.GetValueOrDefault(name, name) : name;
        string written = AtomicFile.Write(own, bytes, context.Overwrite || again, context.Stop);
        if (!again) Count++;
        if (again || written == name) return;
        _moved[name] = written;
        _firstMoved ??= written;
    }

    /// <summary>What was written, for the end of a run.</summary>
    /// <param name="name">Of all of them.</param>
    /// <param name="kind">What they are.</param>
    public string Describe(string name, string kind)
    {
        string moved = _firstMoved is null ? "" : $", {_moved.Count} beside a name that was taken, as {_firstMoved}";
        return string.Create(CultureInfo.InvariantCulture, $"{name} ({Count} {kind}{moved})");
    }
}
