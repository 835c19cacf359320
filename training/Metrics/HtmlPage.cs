using System.Globalization;
using System.Net;
using RealtimeSeg.Core.Street;

namespace RealtimeSeg.Training.Metrics;

/// <summary>What the pages of evaluations have in common: frames in <c>Assets</c>, whose {{placeholders}} are filled in.</summary>
internal static class HtmlPage
{
    /// <exception cref="UserError">It cannot be made.</exception>
    public static void MakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserError.CannotWrite(folder, e);
        }
    }

    /// <summary>A frame with a text in each of its places.</summary>
    public static string Fill(string asset, params (string Place, string Html)[] texts)
    {
        using Stream frame = typeof(HtmlPage).Assembly.GetManifestResourceStream(asset)
            ?? throw new InvalidOperationException($"the program was built without {asset}");
        using StreamReader reader = new(frame);
        return texts.Aggregate(reader.ReadToEnd(), (page, t) => page.Replace($"{{{{{t.Place}}}}}", t.Html, StringComparison.Ordinal));
    }

    /// <summary>Rows of a table, of cells that are no HTML yet.</summary>
    public static string Rows(IEnumerable<string[]> rows)
        => string.Join('\n', rows.Select(cells => "<tr>" + string.Concat(cells.Select(c => $"<td>{Text(c)}"))));

    /// <summary>Items of a list.</summary>
    public static string Items(IEnumerable<string> items) => string.Join('\n', items.Select(i => $"<li>{Text(i)}"));

    /// <summary>Names of classes beside their colours.</summary>
    public static string Legend(IReadOnlyList<string> classes)
    {
        IEnumerable<string> colors = StreetClasses.PaletteFor(classes).Select(c => c.ToString("x6", CultureInfo.InvariantCulture));
        return string.Join('\n', classes.Zip(colors, (name, color) => $"<span><i style=\"background:#{color}\"></i>{Text(name)}</span>"));
    }

    public static string Text(string text) => WebUtility.HtmlEncode(text);
}
