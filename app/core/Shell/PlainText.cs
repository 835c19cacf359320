namespace RealtimeSeg.Core.Shell;

/// <summary>
/// Text for a terminal or a log, whoever wrote it: a camera's answer, a file's name and ffmpeg's report may hold what a terminal obeys.
/// </summary>
public static class PlainText
{
    /// <summary>The text on one line, without control characters and without secrets.</summary>
    public static string Of(string text)
    {
        string shown = Address.Public(text);
        if (!shown.Any(char.IsControl)) return shown;
        return string.Concat(shown.ReplaceLineEndings(" ").Replace('\t', ' ').Where(c => !char.IsControl(c)));
    }
}
