using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Networks;

/// <summary>Output of a network.</summary>
/// <param name="Scores">Logits where the network ends, [N,K,H'/stride,W'/stride]; H' and W' are the next multiples of 32.</param>
/// <param name="Stride">That stride, in pixels of the image.</param>
/// <param name="Auxiliary">
/// Coarser logits [N,K,H'/stride,W'/stride] for auxiliary losses. They are emitted when they are asked for, so that class layers which
/// only training needs are not in the exported file.
/// </param>
public sealed record NetworkOutput(Value Scores, int Stride, IReadOnlyList<(long Stride, Func<Value> Logits)> Auxiliary)
{
    /// <summary>Logits of each pixel, [N,K,H',W']: the scores, enlarged.</summary>
    public Value Logits(GraphBuilder g) => Resize.Emit(g, Scores, Stride);
}
