using System.Globalization;
using RealtimeSeg.Engine;
using RealtimeSeg.Graphics;
using RealtimeSeg.Inference;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;
using RealtimeSeg.Web;

namespace RealtimeSeg.Commands;

/// <summary>A command line, understood.</summary>
internal sealed record PipelineSettings
{
    public required string Source { get; init; }
    public required IReadOnlyList<string> Outputs { get; init; }
    public required string Model { get; init; }
    public required SegmenterOptions Segmenter { get; init; }
    public SourceOptions SourceOptions { get; init; } = new();
    public long Frames { get; init; }

    /// <summary>Whether a recording plays at its own pace; null for what suits the mode.</summary>
    public bool? Paced { get; init; }

    public bool Headless { get; init; }
    public bool Vsync { get; init; } = true;

    /// <summary>Null: what suits the machine.</summary>
    public Schedule? Schedule { get; init; }

    public required LabelOptions Labels { get; init; }
    public RenderOptions Render { get; init; } = new();

    /// <summary>A picture or video to put behind; null for a colour.</summary>
    public string? Backdrop { get; init; }

    public VideoOptions Video { get; init; } = new();

    /// <summary>Folder for label pictures.</summary>
    public string? Masks { get; init; }

    /// <summary>File for class shares.</summary>
    public string? Stats { get; init; }

    public string? Json { get; init; }
    public WebAddress? Http { get; init; }
    public double HttpFps { get; init; } = 15;

    /// <exception cref="UserError">A value is out of its range.</exception>
    public void Check()
    {
        if (Frames < 0) throw new UserError($"--frames {Frames}: it cannot be negative");
        if (Render.Opacity is < 0 or > 1) throw new UserError($"--opacity {Render.Opacity}: it lies between 0 and 1");
        if (!(Labels.Smooth is >= 0 and <= 1)) throw new UserError($"--smooth {Labels.Smooth}: it lies between 0 and 1");
        if (Labels.Every < 1) throw new UserError($"--mask-every {Labels.Every}: it must be at least 1");
        if (!(Labels.MostPerSecond is >= 0 and <= 1000)) throw new UserError($"--mask-fps {Labels.MostPerSecond}: give times a second, up to 1000");
        if (!(Labels.TargetFps is >= 0 and <= 1000)) throw new UserError($"--target-fps {Labels.TargetFps}: give frames a second, up to 1000");
        if (!(HttpFps is > 0 and <= 120)) throw new UserError($"--http-fps {HttpFps}: give pictures a second, up to 120");
        if (Video.Crf is < 0 or > 63) throw new UserError($"--crf {Video.Crf}: it lies between 0 and 63");
        if (SourceOptions.Camera is { } camera && (camera.Width < 1 || camera.Height < 1)) throw new UserError($"--input-width {camera.Width}, --input-height {camera.Height}: they must be positive");
        if (Segmenter.Threads < 0) throw new UserError($"--threads {Segmenter.Threads}: it cannot be negative");
    }

    /// <param name="text">A file, or a colour as #RRGGBB.</param>
    /// <returns>The one or the other, 0xRRGGBB.</returns>
    public static (string? File, int? Color) ParseBackdrop(string text)
    {
        if (!text.StartsWith('#')) return File.Exists(text) ? (text, null) : throw new UserError($"--backdrop {text}: no such file; give a picture, a video, or a colour as #RRGGBB");
        return text.Length == 7 && int.TryParse(text.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int rgb) ? (null, rgb)
            : throw new UserError($"--backdrop {text}: give a picture, a video, or a colour as #RRGGBB");
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
