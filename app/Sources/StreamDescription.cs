using System.Globalization;
using System.Text.RegularExpressions;

namespace RealtimeSeg.Sources;

/// <summary>What ffmpeg says about the first video that it found, which comes before its first frame.</summary>
internal sealed partial class StreamDescription
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly TaskCompletionSource<string> _line = new();

    /// <summary>How its colours are coded, such as bt709 from "Video: h264 (High), yuv420p(tv, bt709, progressive)"; null without a
    /// tag.</summary>
    public string? Matrix => Found(MatrixName(), "name");

    /// <summary>Frames per second, from "25 fps"; null if it has none.</summary>
    public double? FramesPerSecond
        => double.TryParse(Found(Rate(), "rate"), NumberStyles.Float, CultureInfo.InvariantCulture, out double rate) && rate > 0
            ? rate
            : null;

    /// <summary>Takes a line of ffmpeg's log.</summary>
    public void Take(string line)
    {
        if (StreamLine().IsMatch(line)) _line.TrySetResult(line);
    }

    private string? Found(Regex wanted, string group)
    {
        if (!_line.Task.Wait(Patience)) return null;
        Match match = wanted.Match(_line.Task.Result);
        return match.Success ? match.Groups[group].Value : null;
    }

    /// <summary>"[info]   Stream #0:0[0x1](und): Video: …"; titles and comments, which may say the same, have keys before it.</summary>
    [GeneratedRegex(@"^(\[\w+\])?\s*Stream #\d+:\d+[^ ]*: Video: ", RegexOptions.ExplicitCapture, RegexLimit.Milliseconds)]
    private static partial Regex StreamLine();

    /// <summary>The first of matrix, primaries and transfer, or the one name that stands for all, after the pixel format.</summary>
    [GeneratedRegex(@"\([^)]*?\b(?<name>bt709|smpte170m|bt470bg|fcc|smpte240m|bt2020nc|bt2020c)[/,)]",
        RegexOptions.None, RegexLimit.Milliseconds)]
    private static partial Regex MatrixName();

    [GeneratedRegex(@", (?<rate>[\d.]+) fps", RegexOptions.None, RegexLimit.Milliseconds)]
    private static partial Regex Rate();
}
