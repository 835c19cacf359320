using System.Globalization;
using RealtimeSeg.Engine;
using RealtimeSeg.Graphics;
using RealtimeSeg.Model;

namespace RealtimeSeg.Commands;

/// <summary>A command line, understood.</summary>
internal sealed record Settings
{
    public required string Source { get; init; }
    public required IReadOnlyList<string> Outputs { get; init; }
    public required string Model { get; init; }
    public required SegmenterOptions Segmenter { get; init; }
    public double? FramesPerSecond { get; init; }
    public long Frames { get; init; }
    public bool Headless { get; init; }
    /// <summary>Null: what suits the machine.</summary>
    public Schedule? Schedule { get; init; }

    public float Smooth { get; init; }
    public RenderOptions Render { get; init; } = new();
    public string? Json { get; init; }

    /// <exception cref="UserError">A value is out of its range.</exception>
    public void Check()
    {
        if (Frames < 0) throw new UserError($"--frames {Frames}: it cannot be negative");
        if (Render.Opacity is < 0 or > 1) throw new UserError($"--opacity {Render.Opacity}: it lies between 0 and 1");
        if (Smooth is < 0 or > 1) throw new UserError($"--smooth {Smooth}: it lies between 0 and 1");
        if (Segmenter.Threads < 0) throw new UserError($"--threads {Segmenter.Threads}: it cannot be negative");
    }

    public static Schedule? ParseSchedule(string text) => text == "auto" ? null
        : Enum.TryParse(text, ignoreCase: true, out Schedule s) && Enum.IsDefined(s) ? s
        : throw new UserError($"no schedule '{text}': choose auto, inline, ahead or pipelined");

    public static (int Width, int Height)? ParseSize(string? text)
    {
        if (text is null) return null;
        string[] parts = text.Split('x');
        return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int w) && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int h)
            && w is >= 32 and <= 8192 && h is >= 32 and <= 8192
            ? (w, h)
            : throw new UserError($"--size {text}: give WIDTHxHEIGHT in pixels, 32 to 8192, such as 480x360");
    }
}
