namespace RealtimeSeg.Training.Nn;

/// <summary>The size of a training batch: N pictures of H×W.</summary>
public readonly record struct BatchShape(int N, int H, int W);
