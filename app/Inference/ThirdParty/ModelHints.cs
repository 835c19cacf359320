namespace RealtimeSeg.Inference.ThirdParty;

/// <summary>What a model's file does not say of itself; null where the sidecar or the file is to decide.</summary>
public sealed record ModelHints
{
    /// <summary>nchw or nhwc.</summary>
    public string? Layout { get; init; }

    /// <summary>rgb or bgr.</summary>
    public string? Color { get; init; }

    /// <summary>In 0–255, in the order of <see cref="Color"/>.</summary>
    public float[]? Mean { get; init; }

    /// <summary>Likewise.</summary>
    public float[]? Std { get; init; }

    /// <summary>logits, probabilities, matte or labels.</summary>
    public string? Output { get; init; }

    /// <summary>WIDTHxHEIGHT.</summary>
    public string? Size { get; init; }

    /// <summary>keep, stretch, letterbox or crop.</summary>
    public string? Fit { get; init; }

    /// <summary>Class names, by label.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>RRGGBB, by label.</summary>
    public IReadOnlyList<string>? Colors { get; init; }

    /// <summary>These where they say something, else the others.</summary>
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
