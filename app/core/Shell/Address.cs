using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace RealtimeSeg.Core.Shell;

/// <summary>Addresses of cameras and receivers as they may be shown: messages, names and figures end in logs and bug reports.</summary>
public static partial class Address
{
    private const string Scheme = "://", Hidden = "…";

    /// <summary>Anything shorter is hidden in its address alone: hidden everywhere, it would leave holes in other words.</summary>
    private const int ShortestAlone = 4;

    /// <summary>What ends an address within a text.</summary>
    private static readonly SearchValues<char> Ends = SearchValues.Create(" \t\r\n'\"");

    private static readonly Lock Keeping = new();

    /// <summary>Secrets of this program's own addresses and what is shown for them, the longest first.</summary>
    private static volatile KeyValuePair<string, string>[] _kept = [];

    /// <summary>
    /// Keeps the secrets of the addresses in an argument of the command line out of every message from now on. Within a text, nobody can
    /// tell where a password with a space or a quote in it ends.
    /// </summary>
    public static void Keep(string argument)
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        void Add(string secret)
        {
            if (secret.Length >= ShortestAlone) found.TryAdd(secret, Hidden);
        }

        foreach (string rest in argument.Split(Scheme).Skip(1))
        {
            int end = LoginEnd(rest);
            if (end == 0) continue;
            string login = rest[..(end - 1)];
            found[$"{Scheme}{login}@"] = Scheme;
            int colon = login.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) continue;
            string password = login[(colon + 1)..];
            foreach (string form in (string[])[password, Uri.UnescapeDataString(password), Uri.EscapeDataString(password)]) Add(form);
            foreach (string part in login.Split('/', '?', '#')) Add(part); // whoever reads it otherwise names the parts
        }

        foreach (Match secret in Secret().Matches(argument)) Add(secret.Value);
        if (found.Count == 0) return;
        lock (Keeping)
        {
            foreach ((string secret, string shown) in _kept) found.TryAdd(secret, shown);
            _kept = [.. found.OrderByDescending(f => f.Key.Length)];
        }
    }

    /// <summary>
    /// A text with every address in it freed of its user, its password, query parameters that are secrets, and the key of an rtmp stream.
    /// </summary>
    public static string Public(string text)
    {
        foreach ((string secret, string shown) in _kept) text = text.Replace(secret, shown, StringComparison.Ordinal);
        return text.Contains(Scheme, StringComparison.Ordinal)
            ? StreamKey().Replace(Secret().Replace(WithoutLogins(text), Hidden), Hidden)
            : text;
    }

    /// <summary>Whether a password holds what ends an authority by the rules: whoever reads the address finds another host in it.</summary>
    public static bool CutsItsPassword(string address)
    {
        int at = address.IndexOf(Scheme, StringComparison.Ordinal);
        ReadOnlySpan<char> rest = at < 0 ? [] : address.AsSpan(at + Scheme.Length);
        return rest[..LoginEnd(rest)].ContainsAny('/', '?', '#');
    }

    private static string WithoutLogins(string text)
    {
        StringBuilder shown = new();
        int from = 0;
        for (int at = Next(0); at >= Scheme.Length; at = Next(from))
        {
            shown.Append(text, from, at - from);
            int length = text.AsSpan(at).IndexOfAny(Ends);
            from = at + LoginEnd(length < 0 ? text.AsSpan(at) : text.AsSpan(at, length));
        }

        return shown.Append(text, from, text.Length - from).ToString();

        int Next(int start) => text.IndexOf(Scheme, start, StringComparison.Ordinal) + Scheme.Length;
    }

    /// <summary>
    /// Length of user, password and @ at the beginning of an address without its scheme; 0 if it has none. What ends an authority by the
    /// rules may have been typed as a part of the password.
    /// </summary>
    private static int LoginEnd(ReadOnlySpan<char> address)
    {
        int end = address.IndexOfAny('/', '?', '#');
        ReadOnlySpan<char> authority = end < 0 ? address : address[..end];
        int at = authority.LastIndexOf('@'), colon = authority.IndexOf(':'), last = address.LastIndexOf('@');
        bool byTheRules = end < 0 || (at >= 0 && address[end] != '#'); // no camera's address has a fragment instead of a path
        if (byTheRules || colon < 0 || last < end || address[0] == '[' || address[last - 1] == '/') return at + 1;
        ReadOnlySpan<char> between = address[end..last];
        int question = between.IndexOf('?');
        bool isPort = !authority[(colon + 1)..].ContainsAnyExceptInRange('0', '9');
        bool hasQuery = question >= 0 && between[question..].Contains('=');
        return isPort && hasQuery ? 0 : last + 1;
    }

    /// <summary>Lengths are limited, as in <see cref="StreamKey"/>, for texts that somebody made to be slow.</summary>
    [GeneratedRegex("""(?<=[?&;]\w{0,100}(?:token|key|sig|pass|pwd|secret|auth)\w{0,100}=)[^&;#\s'"]+""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, RegexLimit.Milliseconds)]
    private static partial Regex Secret();

    /// <summary>The last part of its path, which may be followed by a query, or by what a message goes on with.</summary>
    [GeneratedRegex("""(?<=rtmps?://[^\s'"]{0,2000}/)[^/?#:;,()\s'"]+(?=[?#:;,()\s'"]|$)""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, RegexLimit.Milliseconds)]
    private static partial Regex StreamKey();
}
