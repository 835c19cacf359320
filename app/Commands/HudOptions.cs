using RealtimeSeg.Graphics.Hud;
using RealtimeSeg.Sinks;

namespace RealtimeSeg.Commands;

/// <summary>What lies over the image, output by output, as <c>--hud</c> says.</summary>
internal sealed record HudOptions
{
    /// <summary>Places that are no outputs of their own name.</summary>
    public const string Window = "window", Page = "page", Files = "files", Streams = "streams";

    private const string All = "all", Automatic = "auto";

    private static readonly string[] Places = [Window, Page, Files, Streams];

    private static readonly (string Word, HudDetail? Detail)[] Words =
        [(Automatic, null), ("full", HudDetail.Full), ("figures", HudDetail.Figures), ("none", HudDetail.None)];

    /// <summary>Where nothing else is said; null for what the place usually has.</summary>
    public HudDetail? Everywhere { get; init; }

    /// <summary>By place, or name of an output.</summary>
    public IReadOnlyList<(string Where, HudDetail? Detail)> Each { get; init; } = [];

    /// <summary>The view alone in every output.</summary>
    public static HudOptions Nowhere { get; } = new() { Everywhere = HudDetail.None };

    /// <summary>For <c>--help</c>.</summary>
    public static string Help { get; } = "What lies over the image: full, figures (without the classes), none, or auto (full in a window, "
        + $"else none). For some outputs: WHERE=WHAT with commas, where WHERE is {string.Join(", ", Places)} or an output's name, such as "
        + "page=figures,files=full";

    /// <param name="text">Words, each for all outputs or after a place and =, with commas.</param>
    /// <exception cref="UserError">It is none of the words.</exception>
    public static HudOptions Parse(string text)
    {
        HudOptions options = new();
        foreach (string part in text.Split(','))
        {
            int at = part.LastIndexOf('=');
            (string where, HudDetail? detail) = (at < 0 ? All : part[..at], DetailOf(text, part[(at + 1)..]));
            options = where == All
                ? options with { Everywhere = detail }
                : options with { Each = [.. options.Each, (where, detail)] };
        }

        return options;
    }

    /// <exception cref="UserError">A place is neither one nor an output.</exception>
    public void Check(IReadOnlyList<string> outputs)
    {
        foreach ((string where, _) in Each)
        {
            if (Places.Contains(where, StringComparer.Ordinal) || outputs.Any(o => Means(where, o))) continue;
            string names = string.Concat(outputs.Select(o => $", {o}"));
            throw new UserError($"--hud {where}: no such output; choose {string.Join(", ", Places)}{names}");
        }
    }

    /// <summary>The same once outputs have other names.</summary>
    public HudOptions Renamed(Func<string, string> name) => this with { Each = [.. Each.Select(e => (Now(e.Where, name), e.Detail))] };

    /// <summary>What lies over the image at a place.</summary>
    /// <param name="place">One of the constants.</param>
    /// <param name="usual">If nobody says.</param>
    public HudDetail At(string place, HudDetail usual) => Said(place) ?? Everywhere ?? usual;

    /// <summary>What lies over the image in an output.</summary>
    public HudDetail In(string output)
    {
        bool isFile = SinkKinds.IsFolder(output) || SinkKinds.Of(output)?.IsFile(output) == true;
        return Each.LastOrDefault(e => Means(e.Where, output)).Detail ?? At(isFile ? Files : Streams, HudDetail.None);
    }

    public override string ToString()
    {
        string everywhere = WordOf(Everywhere);
        string[] each = [.. Each.Select(e => $"{e.Where}={WordOf(e.Detail)}")];
        return string.Join(',', Everywhere is null && each.Length > 0 ? each : [everywhere, .. each]);
    }

    private static string Now(string where, Func<string, string> name)
        => Places.Contains(where, StringComparer.Ordinal) ? where : name(where);

    /// <summary>Whether an output is named: as it was given, by its file's name, or by another path to it.</summary>
    private static bool Means(string where, string output)
    {
        if (where == output || where == Path.GetFileName(output)) return true;
        bool isFile = SinkKinds.Of(output)?.IsFile(output) == true;
        return isFile && where.Length > 0 && Path.GetFullPath(where) == Path.GetFullPath(output);
    }

    private HudDetail? Said(string where) => Each.LastOrDefault(e => e.Where == where).Detail;

    private static HudDetail? DetailOf(string text, string word)
    {
        foreach ((string known, HudDetail? detail) in Words)
        {
            if (known.Equals(word, StringComparison.OrdinalIgnoreCase)) return detail;
        }

        string hint = Nearest.Hint(word, Words.Select(w => w.Word));
        const string How = "choose auto, full, figures or none, for all outputs or as WHERE=WHAT, such as files=full";
        throw new UserError($"--hud {text}{hint}: {How}");
    }

    private static string WordOf(HudDetail? detail) => Words.First(w => w.Detail == detail).Word;
}
