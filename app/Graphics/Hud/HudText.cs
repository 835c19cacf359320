using RealtimeSeg.Frames;

namespace RealtimeSeg.Graphics.Hud;

/// <summary>What the HUD's figures show.</summary>
/// <param name="FramesPerSecond">Over the last two seconds.</param>
/// <param name="LatencyP50">Median of capture to present over the last seconds, in ms.</param>
/// <param name="LatencyP99">The 99th percentile, likewise.</param>
/// <param name="MaskAge">Median age of the mask, likewise.</param>
/// <param name="Drops">Frames left out because newer ones came.</param>
/// <param name="Network">Model, provider and size.</param>
/// <param name="Recent">Where the last frames' time went.</param>
/// <param name="State">What the user changed that the image does not show by itself: paused, speed, one class; empty if nothing.</param>
/// <param name="Status">Shown instead of the latency; null if there is nothing to report.</param>
public readonly record struct HudText(
    double FramesPerSecond,
    double LatencyP50,
    double LatencyP99,
    double MaskAge,
    long Drops,
    string Network,
    FrameStats Recent,
    string State = "",
    Status? Status = null);
