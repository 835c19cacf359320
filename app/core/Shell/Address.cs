using System.Text.RegularExpressions;

namespace RealtimeSeg.Core.Shell;

/// <summary>Addresses of cameras and receivers as they may be shown: messages, names and figures end in logs and bug reports.</summary>
public static partial class Address
{
    /// <summary>A limit for texts that somebody made to be slow.</summary>
    private const int Milliseconds = 1000;

    /// <summary>A text with every address in it freed of its user, its password, and query parameters that are secrets.</summary>
    public static string Public(string text) => text.Contains("://", StringComparison.Ordinal)
        ? Secret().Replace(Login().Replace(text, ""), "…")
        : text;

    /// <summary>From the scheme to the last @ before the path; a password that holds a slash is cut as well.</summary>
    [GeneratedRegex("""(?<=://)(?:[^/?#\s'"]*|[^/?#\s'":]*:(?!\d+/)[^?#\s'"]*)@""", RegexOptions.None, Milliseconds)]
    private static partial Regex Login();

    [GeneratedRegex("""(?<=[?&](?:pass\w*|pwd|token|key|secret|auth\w*)=)[^&#\s'"]+""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Milliseconds)]
    private static partial Regex Secret();
}
