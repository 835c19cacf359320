namespace RealtimeSeg.Training.Metrics;

/// <summary>What is measured of a model on the frames of one video.</summary>
/// <param name="Matrix">Of the labels after smoothing.</param>
/// <param name="Flicker">Share of still pixels that change class from frame to frame, for the model.</param>
/// <param name="TruthFlicker">The same for the truth.</param>
public sealed record VideoScore(ConfusionMatrix Matrix, double Flicker, double TruthFlicker);
