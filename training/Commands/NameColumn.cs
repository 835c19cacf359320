namespace RealtimeSeg.Training.Commands;

/// <summary>A column of names, of classes or figures, that leaves room for numbers beside it on a terminal of 80 columns.</summary>
/// <param name="names">All that stand in it.</param>
/// <param name="least">Its least width.</param>
internal sealed class NameColumn(IEnumerable<string> names, int least)
{
    /// <summary>Columns of a terminal unless it was made wider.</summary>
    public const int Terminal = 80;

    private const int Most = 32;

    public int Width { get; } = Math.Clamp(names.Select(n => n.Length).DefaultIfEmpty().Max(), least, Most);

    /// <summary>A name, filled up, or shortened in its middle: beginnings and ends tell names apart.</summary>
    public string Of(string name)
    {
        int half = (Width - 1) / 2;
        return name.Length <= Width ? name.PadRight(Width) : $"{name[..(Width - 1 - half)]}…{name[^half..]}";
    }
}
