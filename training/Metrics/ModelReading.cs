using RealtimeSeg.Core.Onnx.ThirdParty;

namespace RealtimeSeg.Training.Metrics;

/// <summary>How a model's file is read and run.</summary>
public sealed record ModelReading
{
    /// <summary>What a third-party model's file and its sidecar leave open.</summary>
    public ModelHints Hints { get; init; } = new();

    /// <summary>Working size of a third-party model in pixels; null for its own.</summary>
    public (int Width, int Height)? Size { get; init; }

    /// <summary>How labels come from parts of an image; null for the whole alone.</summary>
    public ProposalFusion? Fusion { get; init; }

    /// <summary>Label by compute shaders, as the app's <c>--provider gl</c>.</summary>
    public bool InShaders { get; init; }
}
