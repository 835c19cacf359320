namespace RealtimeSeg.Core.Shell;

/// <summary>Lines of text for people: as wide as their terminal.</summary>
public static class Terminal
{
    /// <summary>What a terminal has if it does not tell.</summary>
    public const int Usual = 80;

    private const int Narrowest = 40;

    /// <summary>Columns of the terminal that is written to; null if it is a file or a pipe, whose lines have any length.</summary>
    public static int? Columns => WidthOf(Console.IsOutputRedirected);

    /// <summary>The same for standard error.</summary>
    public static int? ErrorColumns => WidthOf(Console.IsErrorRedirected);

    /// <summary>A text in lines of at most so many columns, but for longer words; later lines are indented as far as the first.</summary>
    /// <param name="text">One line.</param>
    /// <param name="columns">Null for one line.</param>
    /// <param name="indent">Columns by which later lines are indented more.</param>
    public static IEnumerable<string> Wrapped(string text, int? columns, int indent = 0)
    {
        if (columns is not { } most || text.Length <= most)
        {
            yield return text;
            yield break;
        }

        int lead = text.Length - text.TrimStart(' ').Length;
        string margin = new(' ', lead + indent), line = "";
        foreach (string word in text[lead..].Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > most)
            {
                yield return line;
                line = margin + word;
            }
            else
            {
                line = line.Length > 0 ? $"{line} {word}" : new string(' ', lead) + word;
            }
        }

        yield return line;
    }

    private static int? WidthOf(bool isRedirected)
    {
        if (isRedirected) return null;
        int width = Console.WindowWidth;
        return width > 0 ? Math.Max(Narrowest, width) : Usual;
    }
}
