namespace RealtimeSeg.Graphics;

/// <summary>
/// All views, one row each, in the order of V and of the page. <c>--view</c>, the window's keys, the list that F1 shows, the page and the
/// compositor read them here. A new view is a row, its shader and a test.
/// </summary>
public static class Views
{
    /// <summary>Width of an outline as a share of the frame's height.</summary>
    private const float OutlineShare = 1 / 360f;

    public static IReadOnlyList<View> All { get; } =
    [
        new("overlay", '1', "class colours over the image") { Washes = true },
        new("mask", '2', "class colours alone"),
        new("edges", '3', "outlines of the classes") { Own = new("lineWidth", LineWidth) },
        new("split", '4', "image and overlay side by side") { Washes = true, ToFrame = FromHalfSize, Resamples = true },
        new("blur", '5', "background blurred") { Separates = true, PrePasses = Blur, Resamples = true },
        new("replace", '6', "background replaced by --backdrop") { Separates = true, ShowsBackdrop = true },
        new("cutout", '7', "foreground alone") { Separates = true, CanBeTransparent = true },
        new("heat", '8', "confidence of the network"),
    ];

    /// <summary>What is blurred needs no detail: at a quarter of the size.</summary>
    private static IReadOnlyList<PrePass> Blur
        =>
        [
            new("passes/blur-shrink.frag", "shrunk", Divisor: 4), new("passes/blur-rows.frag", "rows", Divisor: 4),
            new("passes/blur-columns.frag", "columns", Divisor: 4),
        ];

    /// <summary>The view that a run starts with unless told otherwise.</summary>
    public static View Default => All[0];

    /// <summary>Help of <c>--view</c>.</summary>
    public static string Help => string.Join(", ", All.Select(v => $"{v.Name} ({v.Help})"));

    /// <summary>The view after another, and the first after the last.</summary>
    public static View After(View view) => All[(IndexOf(view) + 1) % All.Count];

    /// <param name="name">As on the command line; case and dashes do not matter.</param>
    /// <exception cref="UserError">There is no such view.</exception>
    public static View Parse(string name)
    {
        string plain = name.Replace("-", "", StringComparison.Ordinal);
        if (All.FirstOrDefault(v => v.Name.Equals(plain, StringComparison.OrdinalIgnoreCase)) is { } view) return view;
        string hint = Nearest.Hint(plain, All.Select(v => v.Name));
        throw new UserError($"no view '{name}'{hint}: choose one of {string.Join(", ", All)}");
    }

    private static int IndexOf(View view)
    {
        for (int i = 0; i < All.Count; i++)
        {
            if (All[i] == view) return i;
        }

        throw new ArgumentException($"{view} is not in the table", nameof(view));
    }

    private static (float X, float Y) LineWidth(Placement frame)
    {
        float thickness = Math.Max(1f, frame.Height * OutlineShare);
        return (thickness / frame.Width, thickness / frame.Height);
    }

    /// <summary>Two frames of half the size beside each other, in the middle of the height.</summary>
    private static (float U, float V) FromHalfSize(float u, float v) => (u * 2 % 1, (v * 2) - 0.5f);
}
