namespace RealtimeSeg.Core.Onnx.ThirdParty;

/// <summary>What a third-party model's file omits, from the command line or a sidecar; null where it is left open.</summary>
public sealed record ModelHints
{
    /// <summary>nchw or nhwc.</summary>
    public string? Layout { get; init; }

    /// <summary>rgb or bgr.</summary>
    public string? Color { get; init; }

    /// <summary>One number or three in 0–255, in the order of <see cref="Color"/>.</summary>
    public float[]? Mean { get; init; }

    /// <summary>Standard deviation, likewise.</summary>
    public float[]? Std { get; init; }

    /// <summary>One of <see cref="OutputKind"/>.</summary>
    public string? Output { get; init; }

    /// <summary>WIDTHxHEIGHT in pixels.</summary>
    public string? Size { get; init; }

    /// <summary>keep, stretch, letterbox or crop.</summary>
    public string? Fit { get; init; }

    /// <summary>Class names, by label.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>RRGGBB, by label.</summary>
    public IReadOnlyList<string>? Colors { get; init; }

    /// <summary>These hints, completed by others.</summary>
    public ModelHints Or(ModelHints other) => new()
    {
        Layout = Layout ?? other.Layout,
        Color = Color ?? other.Color,
        Mean = Mean ?? other.Mean,
        Std = Std ?? other.Std,
        Output = Output ?? other.Output,
        Size = Size ?? other.Size,
        Fit = Fit ?? other.Fit,
        Labels = Labels ?? other.Labels,
        Colors = Colors ?? other.Colors,
    };
}
