namespace RealtimeSeg.Graphics;

/// <summary>The model's classes: which are foreground, and which one, if any, is shown alone.</summary>
public sealed class ClassSelection
{
    private readonly int[] _foreground;
    private int? _solo;

    /// <param name="names">Names by label.</param>
    /// <param name="palette">0xRRGGBB by label.</param>
    /// <param name="isForeground">Whether the class of a name is tinted, outlined and kept in front.</param>
    public ClassSelection(IReadOnlyList<string> names, IReadOnlyList<int> palette, Func<string, bool> isForeground)
    {
        (Names, Palette) = (names, palette);
        _foreground = [.. Enumerable.Range(0, names.Count).Where(i => isForeground(names[i]))];
    }

    /// <summary>Names by label.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>0xRRGGBB by label.</summary>
    public IReadOnlyList<int> Palette { get; }

    /// <summary>Labels of the foreground classes.</summary>
    public IReadOnlyList<int> Foreground => _foreground;

    /// <summary>Labels of the classes that are shown now: the foreground, or the one that is shown alone.</summary>
    public IReadOnlyList<int> Shown => _solo is { } alone ? [alone] : _foreground;

    /// <summary>Name of the class that is shown alone; null if all are shown.</summary>
    public string? Solo => _solo is { } alone ? Names[alone] : null;

    /// <summary>Shows one class alone: the first, then the next, and after the last all again.</summary>
    public void SoloNext()
    {
        int next = _solo is { } alone ? Array.IndexOf(_foreground, alone) + 1 : 0;
        _solo = next < _foreground.Length ? _foreground[next] : null;
    }

    /// <summary>Shows a class alone; all again if it already was, or if it is not foreground.</summary>
    /// <param name="label">Null for none.</param>
    public void Toggle(int? label) => _solo = label != _solo && label is { } l && _foreground.Contains(l) ? l : null;
}
