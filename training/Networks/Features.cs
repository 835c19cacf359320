using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Networks;

/// <summary>Output of a backbone: the last feature map [N,C,H/s,W/s] of each stride s.</summary>
public sealed record Features(IReadOnlyDictionary<int, Value> ByStride);
