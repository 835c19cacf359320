using System.Globalization;

namespace RealtimeSeg.Sinks;

/// <summary>Images of a run, each a file with a number. One whose name somebody took meanwhile gets a name beside it.</summary>
/// <param name="names">Their names, with a place for the number.</param>
/// <param name="context">Of the run.</param>
internal sealed class ImageSeries(string names, SinkContext context)
{
    private long _moved;
    private string? _firstMoved;

    /// <summary>How many were written.</summary>
    public long Count { get; private set; }

    /// <exception cref="UserError">It cannot be written.</exception>
    public void Add(long number, byte[] png)
    {
        string name = NumberedName.At(names, number), written = AtomicFile.Write(name, png, context.Overwrite, context.Stop);
        Count++;
        if (written == name) return;
        _moved++;
        _firstMoved ??= written;
    }

    /// <summary>What was written, for the end of a run.</summary>
    /// <param name="name">Of all of them.</param>
    /// <param name="kind">What they are.</param>
    public string Describe(string name, string kind)
    {
        string moved = _firstMoved is null ? "" : $", {_moved} beside a name that was taken, as {_firstMoved}";
        return string.Create(CultureInfo.InvariantCulture, $"{name} ({Count} {kind}{moved})");
    }
}
