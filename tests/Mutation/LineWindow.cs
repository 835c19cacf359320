using System.Globalization;
using RealtimeSeg.Tests.Support;

namespace RealtimeSeg.Tests.Mutation;

/// <summary>
/// Lines of a file in which faults are planted. A fault lies in a window if the text that it replaces does: one that removes a longer
/// block is never drawn, and those are the easiest to find.
/// </summary>
/// <param name="File">Path below the repository's root.</param>
/// <param name="From">Position of the first character.</param>
/// <param name="To">Position after the last character.</param>
internal sealed record LineWindow(string File, int From, int To)
{
    public const int Lines = 12;

    private static readonly string[] Scope =
    [
        "training/graphs/Ops", "training/graphs/Autodiff", "training/Optim", "training/Metrics", "training/Batches", "training/Export",
        "app/core/Contract", "app/Frames", "app/inference/Frames",
    ];

    /// <summary>This share (0 to 1) of all windows, without repetition.</summary>
    public static IReadOnlyList<LineWindow> Sample(int seed, double share)
    {
        LineWindow[] all = [.. Scope.SelectMany(Files).SelectMany(Cut)];
        new Random(seed).Shuffle(all);
        return [.. all.Take((int)Math.Round(all.Length * share)).OrderBy(w => w.File, StringComparer.Ordinal).ThenBy(w => w.From)];
    }

    /// <summary>Windows of text that starts at line one.</summary>
    public static IEnumerable<LineWindow> Cut(string file, string text)
    {
        for (int from = 0, to; from < text.Length; from = to)
        {
            to = from;
            for (int line = 0; line < Lines && to < text.Length; line++)
            {
                int end = text.IndexOf('\n', to);
                to = end < 0 ? text.Length : end + 1;
            }

            yield return new LineWindow(file, from, to);
        }
    }

    /// <summary>Pattern of Stryker's option <c>mutate</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"**/{File}{{{From}..{To}}}");

    private static IEnumerable<string> Files(string folder)
        => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs").Order(StringComparer.Ordinal)
            .Select(f => Path.GetRelativePath(Repository.Root, f));

    private static IEnumerable<LineWindow> Cut(string file) => Cut(file, System.IO.File.ReadAllText(Path.Combine(Repository.Root, file)));
}
