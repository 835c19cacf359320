using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Probabilities from logits.</summary>
public static class Softmax
{
    /// <summary>Logits [N,K,…] → probabilities over K, of the same shape. For inference: losses compute their own.</summary>
    public static Value Emit(GraphBuilder g, Value logits)
        => g.Add("Softmax", [logits], logits.Shape, attributes: [("axis", 1L)]);
}
