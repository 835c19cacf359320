namespace RealtimeSeg.Training.Nn;

/// <summary>The size of a training batch: N images of H×W pixels.</summary>
public readonly record struct BatchShape(int N, int H, int W);
