namespace RealtimeSeg.Core.Onnx.ThirdParty;

/// <summary>What a third-party model's output holds.</summary>
public enum OutputKind
{
    /// <summary>A map of logits per class.</summary>
    Logits,

    /// <summary>A map of probabilities per class.</summary>
    Probabilities,

    /// <summary>One map: how much of each pixel is foreground.</summary>
    Matte,

    /// <summary>One map of class labels.</summary>
    Labels,
}
