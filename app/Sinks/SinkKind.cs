namespace RealtimeSeg.Sinks;

/// <summary>A kind of output as one row: how it is named, which names it takes, and how it is opened.</summary>
/// <param name="Help">Its names, for <c>--help</c>, messages and the docs.</param>
/// <param name="Examples">Names that it takes; each must match this row and none above it.</param>
/// <param name="Matches">Whether a name is of this kind.</param>
/// <param name="IsFile">Whether a name is a file, whose folder must be writable.</param>
/// <param name="HoldsAlpha">Whether what a name stands for can hold transparency.</param>
/// <param name="Open">Opens it for a run.</param>
public sealed record SinkKind(
    string Help,
    IReadOnlyList<string> Examples,
    Func<string, bool> Matches,
    Func<string, bool> IsFile,
    Func<string, bool> HoldsAlpha,
    Func<string, SinkContext, ISink> Open);
