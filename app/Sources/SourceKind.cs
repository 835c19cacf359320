namespace RealtimeSeg.Sources;

/// <summary>A kind of source as one row: how it is named, which names it takes, and how it is opened.</summary>
/// <param name="Help">What it is, in a few words for <c>--help</c> and the docs.</param>
/// <param name="Examples">Names that it takes, for the same; each must match this row and none above it.</param>
/// <param name="IsLive">Whether it runs by itself and is opened again if it stops; otherwise it is a recording with a beginning.</param>
/// <param name="Matches">Whether a name is of this kind.</param>
/// <param name="Open">
/// Opens it at its beginning; the handle is set when the run ends, which ends every wait.
/// Throws <see cref="UserError"/> if it cannot be read.
/// </param>
/// <param name="Files">The files that it reads; null if it reads none. Throws <see cref="UserError"/> if there are none.</param>
/// <param name="ArePictures">Whether each frame is an image file of its own.</param>
public sealed record SourceKind(
    string Help,
    IReadOnlyList<string> Examples,
    bool IsLive,
    Func<string, bool> Matches,
    Func<string, SourceOptions, WaitHandle, ISource> Open,
    Func<string, SourceOptions, IEnumerable<string>>? Files = null,
    bool ArePictures = false);
