namespace RealtimeSeg.Sources;

/// <summary>How a source is to be read.</summary>
/// <param name="FramesPerSecond">Instead of its own pace; null keeps it.</param>
/// <param name="Camera">Picture size to ask a camera for; null takes its own.</param>
/// <param name="Start">Seconds of a recording to skip.</param>
/// <param name="Times">How often a recording plays; -1 for ever.</param>
/// <param name="Flip">none, horizontal, vertical or both.</param>
public sealed record SourceOptions(double? FramesPerSecond = null, (int Width, int Height)? Camera = null, double Start = 0, int Times = 1, string Flip = "none");
