namespace RealtimeSeg.Commands;

/// <summary>What <c>doctor</c> found.</summary>
/// <param name="Mark">ok, note or FAIL.</param>
/// <param name="Text">What was found, in a few words.</param>
/// <param name="Remedy">What to do about a failure; empty otherwise.</param>
/// <param name="IsFatal">Whether the main job cannot run without it.</param>
internal sealed record Finding(string Mark, string Text, string Remedy = "", bool IsFatal = false)
{
    private const int Indent = 8;

    /// <summary>More of it, for those who want to know everything.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];

    public static Finding Good(string text, params IReadOnlyList<string> details) => new("ok", text) { Details = details };

    public static Finding Note(string text, params IReadOnlyList<string> details) => new("note", text) { Details = details };

    public static Finding Failure(string text, string remedy, bool isFatal = false) => new("FAIL", text, remedy, isFatal);

    public static Finding Of(bool good, string text, string remedy) => good ? Good(text) : Failure(text, remedy);

    /// <summary>A line of at most so many columns, what to do about a failure below it, and the details if they are wanted.</summary>
    /// <param name="columns">Null for as many as there are.</param>
    /// <param name="withDetails">Whether details are wanted.</param>
    public IEnumerable<string> Lines(int? columns, bool withDetails)
    {
        string line = $"  {Mark,-4}  {PlainText.Of(Text)}";
        yield return line.Length <= columns || columns is null ? line : line[..(columns.Value - 1)] + "…";
        IEnumerable<string> below = Remedy.Length > 0 ? [Remedy] : [];
        foreach (string more in below.Concat(withDetails ? Details : []))
        {
            foreach (string part in Terminal.Wrapped(new string(' ', Indent) + PlainText.Of(more), columns, indent: 2)) yield return part;
        }
    }
}
