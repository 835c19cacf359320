namespace RealtimeSeg.Inference;

/// <summary>How often and how large the network runs, and what becomes of its decisions over time.</summary>
/// <param name="Smooth">Strength of the temporal smoothing, 0–1.</param>
/// <param name="MeasureFlicker">Count flicker also where nothing is smoothed.</param>
/// <param name="Every">Run the network on every n-th frame only; the mask stays in between.</param>
/// <param name="MostPerSecond">Run it at most so often a second; 0 for no limit.</param>
/// <param name="SkipStill">Leave it out while the picture does not change.</param>
/// <param name="TargetFps">Choose the network's size so that so many frames a second are kept up; 0 for the model's own size.</param>
public sealed record LabelOptions(float Smooth = 0, bool MeasureFlicker = false, int Every = 1, double MostPerSecond = 0, bool SkipStill = false, double TargetFps = 0)
{
    public bool Skips => Every > 1 || MostPerSecond > 0 || SkipStill;
}
