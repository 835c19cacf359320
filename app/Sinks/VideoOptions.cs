namespace RealtimeSeg.Sinks;

/// <summary>How video is encoded.</summary>
/// <param name="Codec">An encoder of ffmpeg's; null for the container's usual one.</param>
/// <param name="Crf">Constant quality, lower is better; null for the usual 21.</param>
/// <param name="Bitrate">Such as 4M, instead of constant quality.</param>
/// <param name="SoundFrom">A file whose sound is copied; null for silence.</param>
public sealed record VideoOptions(string? Codec = null, int? Crf = null, string? Bitrate = null, string? SoundFrom = null);
