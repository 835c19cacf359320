namespace RealtimeSeg.Sinks;

/// <summary>How video is encoded.</summary>
/// <param name="Codec">Name of an ffmpeg encoder; null for the container's usual one.</param>
/// <param name="Crf">Constant quality, 0–63, lower is better; null for the encoder's usual value.</param>
/// <param name="Bitrate">Such as 4M, instead of constant quality.</param>
/// <param name="SoundFrom">File whose sound is copied; null for none.</param>
/// <param name="SplitMinutes">Recorded minutes after which a file goes on in the next one; null for one file.</param>
public sealed record VideoOptions(
    string? Codec = null, int? Crf = null, string? Bitrate = null, string? SoundFrom = null, double? SplitMinutes = null);
