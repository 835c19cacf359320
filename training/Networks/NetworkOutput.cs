using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Networks;

/// <summary>
/// What a network gives: logits [N,K,H',W'], H' and W' the next multiples of 32, and coarser ones by stride, for auxiliary losses. Those
/// are emitted when asked for: heads that only training needs are not in the exported file.
/// </summary>
public sealed record NetworkOutput(Value Logits, IReadOnlyList<(long Stride, Func<Value> Logits)> Auxiliary);
