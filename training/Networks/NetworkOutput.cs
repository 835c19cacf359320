using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Networks;

/// <summary>Output of a network.</summary>
/// <param name="Logits">[N,K,H',W'], H' and W' the next multiples of 32.</param>
/// <param name="Auxiliary">
/// Coarser logits [N,K,H'/stride,W'/stride] for auxiliary losses. They are emitted when they are asked for, so that class layers which
/// only training needs are not in the exported file.
/// </param>
public sealed record NetworkOutput(Value Logits, IReadOnlyList<(long Stride, Func<Value> Logits)> Auxiliary);
