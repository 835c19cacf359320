namespace RealtimeSeg.Sinks;

/// <summary>What a sink needs to know of the run.</summary>
/// <param name="FramesPerSecond">The source's usual rate.</param>
/// <param name="IsLive">Whether the source is live: what is lost of it cannot be read again.</param>
/// <param name="Overwrite">Whether existing files may be replaced.</param>
/// <param name="Video">How video is encoded.</param>
/// <param name="Stop">Cancelled when the run ends: nothing waits for a slow receiver from then on.</param>
/// <param name="Overdue">Cancelled some time after a signal: what is not complete by then is left as it is.</param>
public sealed record SinkContext(
    double FramesPerSecond,
    bool IsLive,
    bool Overwrite,
    VideoOptions Video,
    CancellationToken Stop,
    CancellationToken Overdue)
{
    /// <summary>What images in a folder are stored as: one of <see cref="ImageCodec.Extensions"/>.</summary>
    public string ImageExtension { get; init; } = ImageCodec.Extensions[0];

    /// <summary>What goes to standard output.</summary>
    public StreamFormat StreamFormat { get; init; }
}
