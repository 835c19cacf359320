using RealtimeSeg.Graphics.Hud;

namespace RealtimeSeg.Graphics;

/// <summary>How the renderer starts out; most of it can be changed with keys.</summary>
public sealed record RenderOptions
{
    /// <summary>The class that is not foreground unless <see cref="Show"/> names it.</summary>
    public const string Background = "background";

    public View View { get; init; } = Views.Default;

    /// <summary>Strength of the class colours, 0–1.</summary>
    public float Opacity { get; init; } = 0.5f;

    /// <summary>What lies over the image in a window.</summary>
    public HudDetail Hud { get; init; } = HudDetail.Full;

    /// <summary>What lies over the image on the page, which has figures of its own beside it.</summary>
    public HudDetail PageHud { get; init; }

    /// <summary>Edge-aware refinement of the mask to the image's size; null for only if a GPU draws.</summary>
    public bool? Refine { get; init; }

    /// <summary>Names of the foreground classes; null for all but <see cref="Background"/>.</summary>
    public IReadOnlyList<string>? Show { get; init; }

    /// <summary>Names of classes that are never foreground.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Leave the background of views that can transparent: for files with an alpha channel.</summary>
    public bool Transparent { get; init; }

    /// <summary>Colour of the backdrop until there is an image for it, 0xRRGGBB; null for the program's own.</summary>
    public int? Backdrop { get; init; }

    /// <summary>Colour behind a cut-out, 0xRRGGBB; null for a checkerboard.</summary>
    public int? Ground { get; init; }

    public MatteOptions Matte { get; init; } = new();

    /// <summary>Of the blurred background: 1 spreads a point over some 16 pixels.</summary>
    public float BlurStrength { get; init; } = 1;

    /// <summary>Width of finished images in pixels; null for the frame's, or what its aspect makes of the height.</summary>
    public int? OutputWidth { get; init; }

    /// <summary>Height of finished images in pixels, likewise.</summary>
    public int? OutputHeight { get; init; }

    /// <summary>Size of the finished image of a frame, in pixels: a frame of another aspect lies between bars.</summary>
    public (int Width, int Height) OutputSize(int width, int height) => (OutputWidth, OutputHeight) switch
    {
        ({ } w, { } h) => (w, h),
        ({ } w, null) => (w, Side(height, w, width)),
        (null, { } h) => (Side(width, h, height), h),
        _ => (width, height),
    };

    /// <summary>Whether a class is tinted, outlined and kept in front.</summary>
    public bool IsForeground(string name)
    {
        if (Ignore.Contains(name, StringComparer.Ordinal)) return false;
        return Show is null ? name != Background : Show.Contains(name, StringComparer.Ordinal);
    }

    /// <summary>Whether all of a model's classes are foreground because none is background, and nobody chose.</summary>
    public bool KeepsEverything(IReadOnlyList<string> classes)
        => Show is null && Ignore.Count == 0 && !classes.Contains(Background, StringComparer.Ordinal);

    /// <exception cref="UserError">The model has no class of a name in <see cref="Show"/> or <see cref="Ignore"/>.</exception>
    public void Check(IReadOnlyList<string> classes)
    {
        string? unknown = (Show ?? []).Concat(Ignore).FirstOrDefault(s => !classes.Contains(s, StringComparer.Ordinal));
        if (unknown is null) return;
        string people = unknown is "person" or "people" or Background ? "; for people against their background, --model person" : "";
        throw new UserError($"no class '{unknown}'{Nearest.Hint(unknown, classes)}: the model has {string.Join(", ", classes)}{people}");
    }

    private static int Side(int side, int output, int other) => Math.Max(1, (int)Math.Round(side * (double)output / other));
}
