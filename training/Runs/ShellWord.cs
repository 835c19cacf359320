namespace RealtimeSeg.Training.Runs;

/// <summary>Words as a shell reads them.</summary>
internal static class ShellWord
{
    /// <summary>A word as one would type it: in quotes if it needs them.</summary>
    public static string Quoted(string word)
    {
        bool plain = word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || "-_./,:=+@".Contains(c, StringComparison.Ordinal));
        if (plain) return word;
        return word.AsSpan().ContainsAny("\"$`\\") ? $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'" : $"\"{word}\"";
    }
}
