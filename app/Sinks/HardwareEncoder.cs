using System.Diagnostics;
using System.Globalization;

namespace RealtimeSeg.Sinks;

/// <summary>A family of ffmpeg's encoders that run on a card, and what they need beside the name.</summary>
/// <param name="Kind">The end of their names, which alone stands for H.264's.</param>
/// <param name="Device">Options that open the card.</param>
/// <param name="Upload">Continues the filter: brings frames to the card.</param>
/// <param name="Pixels">Format that the encoder is given; null if the filter decides.</param>
/// <param name="Quality">Option of a constant quality, on H.264's scale.</param>
internal sealed record HardwareEncoder(string Kind, string[] Device, string Upload, string? Pixels, string Quality)
{
    /// <summary>How long a card may take for a few small frames.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly HardwareEncoder[] All =
    [
        new("nvenc", [], "", "yuv420p", "-cq"),
        new("vaapi", ["-vaapi_device", "/dev/dri/renderD128"], ",format=nv12,hwupload", null, "-qp"),
        new("qsv", [], ",format=nv12", "nv12", "-global_quality"),
    ];

    /// <summary>The family of an encoder; null if it runs on the CPU.</summary>
    public static HardwareEncoder? Of(string codec)
        => Array.Find(All, e => codec == e.Kind || codec.EndsWith("_" + e.Kind, StringComparison.Ordinal));

    /// <summary>An encoder's full name.</summary>
    public static string NameOf(string codec) => Of(codec) is { } family && codec == family.Kind ? "h264_" + codec : codec;

    /// <summary>
    /// Options with an encoder that runs here. A card's is tried on a few frames, and replaced by the usual one if it does not, aloud. Of
    /// the CPU's, which may take some sizes and rates only, a name that ffmpeg does not have is refused.
    /// </summary>
    /// <param name="output">The video's name, for messages.</param>
    /// <param name="target">What it is.</param>
    /// <param name="options">As asked for.</param>
    /// <exception cref="UserError">ffmpeg is not installed, or has no such encoder.</exception>
    public static VideoOptions OrUsual(string output, VideoTarget target, VideoOptions options)
    {
        if (options.Codec is not { } asked) return options;
        if (Of(asked) is null)
        {
            return Ffmpeg.EncodesVideo(asked) != false
                ? options
                : throw new UserError($"--codec {asked}: ffmpeg has no such encoder of video: 'ffmpeg -encoders' lists them");
        }

        string codec = NameOf(asked);
        if (Refusal(output, target.Encoder(options with { Codec = codec }, (640, 360), isLive: true)) is not { } why)
            return options with { Codec = codec };
        Log.Warning($"{codec} does not run here ({why}): {target.Codec} encodes {output} instead");
        return options with { Codec = null };
    }

    /// <summary>Why a few frames cannot be encoded; null if they can.</summary>
    private static string? Refusal(string output, IEnumerable<string> encoder)
    {
        string[] trial = ["-f", "lavfi", "-i", "color=size=640x360:rate=25", "-frames:v", "3", .. encoder, "-f", "null", "-"];
        using Process process = Ffmpeg.Encode(output, trial, atDeath: "KILL");
        process.StandardInput.Close();
        Task<string> said = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource deadline = new(Patience);
        if (FfmpegEncoder.Exited(process, deadline.Token)) return Ffmpeg.FailureOf(process.ExitCode, said.Result);
        process.Kill();
        process.WaitForExit();
        return string.Create(CultureInfo.InvariantCulture, $"it gave nothing within {Patience.TotalSeconds:F0} s");
    }
}
