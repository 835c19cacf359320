namespace RealtimeSeg.Core.Shell;

/// <summary>The name that a mistyped one was probably meant to be.</summary>
public static class Nearest
{
    /// <summary>Letters that make the beginning of a name stand for it.</summary>
    private const int ShortestBeginning = 3;

    /// <summary>The name that is one or two slips away, or more for a long text, or that begins so; null if none is.</summary>
    /// <param name="text">As it was typed; upper and lower case are the same.</param>
    /// <param name="names">Those that there are; of several that are as near, the first is taken.</param>
    public static string? Of(string text, IEnumerable<string> names)
    {
        string typed = text.ToLowerInvariant();
        int letters = typed.Trim('-').Length, most = Math.Min(1 + (letters / 4), letters - 1);
        (string? nearest, int least) = (null, most + 1);
        foreach (string name in names)
        {
            string known = name.ToLowerInvariant();
            bool begins = letters >= ShortestBeginning && known.StartsWith(typed, StringComparison.Ordinal);
            int distance = begins ? 1 : Distance(typed, known);
            if (distance < least) (nearest, least) = (name, distance);
        }

        return nearest;
    }

    /// <summary>The same for a message, which begins with "no such thing 'text'"; empty if there is none.</summary>
    /// <inheritdoc cref="Of"/>
    public static string Hint(string text, IEnumerable<string> names) => Of(text, names) is { } name ? $" (did you mean {name}?)" : "";

    /// <summary>Letters to put in, take out, replace, or exchange with their neighbour: one row for each letter of one text.</summary>
    private static int Distance(string a, string b)
    {
        int[] beforeLast = new int[b.Length + 1], last = [.. Enumerable.Range(0, b.Length + 1)], row = new int[b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, 1 + Math.Min(last[j], row[j - 1]));
                bool exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                if (exchanged) row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }

            (beforeLast, last, row) = (last, row, beforeLast);
        }

        return last[b.Length];
    }
}
