namespace RealtimeSeg.Inference;

/// <summary>How often and how large the network runs, and how its labels are smoothed over time.</summary>
/// <param name="Smooth">Strength of the temporal smoothing, 0–1.</param>
/// <param name="SmoothsAll">Smooth images that do not follow one another, too.</param>
/// <param name="MeasureFlicker">Count flicker even if nothing is smoothed.</param>
/// <param name="Every">Run the network on every n-th frame only; the mask stays in between.</param>
/// <param name="MostPerSecond">Run the network at most this many times per second; 0 for no limit.</param>
/// <param name="SkipStill">Skip the network while the image does not change.</param>
/// <param name="TargetFps">Frame rate that the network's size is chosen for; null for the source's own, 0 for the model's own size.</param>
public sealed record LabelOptions(
    float Smooth = 0,
    bool SmoothsAll = false,
    bool MeasureFlicker = false,
    int Every = 1,
    double MostPerSecond = 0,
    bool SkipStill = false,
    double? TargetFps = 0)
{
    /// <summary>These options for a source.</summary>
    /// <param name="sequence">Whether its frames follow one another.</param>
    public LabelOptions For(bool sequence) => sequence || SmoothsAll ? this : this with { Smooth = 0, MeasureFlicker = false };

    /// <summary>Whether frames may keep the labels of an earlier one.</summary>
    public bool Skips => Every > 1 || MostPerSecond > 0 || SkipStill;
}
