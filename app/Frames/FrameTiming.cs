namespace RealtimeSeg.Frames;

/// <summary>When a source's frame was taken, as far as the source can tell.</summary>
/// <param name="Seconds">Its presentation time from the beginning of a recording; null if the source is live.</param>
/// <param name="Arrived">When its last byte arrived, before it was decoded, by <see cref="WallClock.Timestamp"/>; null for when it was
/// read.</param>
public readonly record struct FrameTiming(double? Seconds = null, long? Arrived = null);
