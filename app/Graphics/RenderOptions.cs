using RealtimeSeg.Graphics.Hud;

namespace RealtimeSeg.Graphics;

/// <summary>How the renderer starts out; most of it can be changed with keys.</summary>
public sealed record RenderOptions
{
    public const string Background = "background";

    public View View { get; init; }

    /// <summary>Strength of the class colours, 0–1.</summary>
    public float Opacity { get; init; } = 0.5f;

    public HudDetail Hud { get; init; } = HudDetail.Full;

    /// <summary>Edge-aware refinement of the mask to the picture's size; null: where a GPU draws, not where the CPU stands in for one.</summary>
    public bool? Refine { get; init; }

    /// <summary>Names of the classes that are foreground; null for all but "background".</summary>
    public IReadOnlyList<string>? Show { get; init; }

    /// <summary>Names of classes that are never foreground.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Leave what a cut-out leaves out transparent: for files that can hold that.</summary>
    public bool Transparent { get; init; }

    /// <summary>What <see cref="View.Replace"/> puts behind where there is no picture for it, 0xRRGGBB.</summary>
    public int Backdrop { get; init; } = 0x1E5A3C;

    /// <summary>Whether a class is tinted, outlined and kept in front.</summary>
    public bool IsForeground(string name) => !Ignore.Contains(name, StringComparer.Ordinal) && (Show is null ? name != Background : Show.Contains(name, StringComparer.Ordinal));

    /// <exception cref="UserError">A class to show is not in the model.</exception>
    public void Check(IReadOnlyList<string> classes)
    {
        string? unknown = (Show ?? []).Concat(Ignore).FirstOrDefault(s => !classes.Contains(s, StringComparer.Ordinal));
        if (unknown is not null) throw new UserError($"no class '{unknown}': the model knows {string.Join(", ", classes)}");
    }

    /// <param name="text">auto, on or off.</param>
    public static bool? ParseRefine(string text) => text switch
    {
        "auto" => null,
        "on" => true,
        "off" => false,
        _ => throw new UserError($"--refine {text}: choose auto, on or off"),
    };

    /// <param name="text">full, figures or none.</param>
    public static HudDetail ParseHud(string text) => text switch
    {
        "full" => HudDetail.Full,
        "figures" => HudDetail.Figures,
        "none" => HudDetail.None,
        _ => throw new UserError($"--hud {text}: choose full, figures or none"),
    };

    /// <param name="name">As on the command line.</param>
    public static View ParseView(string name) => Enum.TryParse(name.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out View v) && Enum.IsDefined(v)
        ? v
        : throw new UserError($"no view '{name}': choose one of {string.Join(", ", Enum.GetNames<View>()).ToLowerInvariant()}");
}
