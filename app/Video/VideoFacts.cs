using System.Globalization;
using System.Text.Json;

namespace RealtimeSeg.Video;

/// <summary>What ffprobe finds about a file's first video stream.</summary>
/// <param name="PixelFormat">As ffmpeg names it, such as yuv420p.</param>
/// <param name="Matrix">How its colours are coded, as ffmpeg names it; null if the file does not say.</param>
/// <param name="IsFullRange">Whether Y goes from 0 to 255.</param>
/// <param name="Lines">Height as coded, in pixels.</param>
/// <param name="FramesPerSecond">On average; null if unknown.</param>
/// <param name="Frames">How many the container announces; null if it does not.</param>
/// <param name="End">Seconds from the beginning of the file to the end of its last frame, as announced; null if it is not.</param>
internal sealed record VideoFacts(
    string PixelFormat, string? Matrix, bool IsFullRange, int Lines, double? FramesPerSecond, long? Frames, double? End)
{
    private const double HighestRate = 1000;

    private const string Wanted = "stream=height,pix_fmt,color_space,color_range,avg_frame_rate,r_frame_rate,nb_frames,duration,"
        + "start_time:stream_tags=DURATION:format=format_name,start_time";

    /// <param name="path">As the user named it.</param>
    /// <param name="input">How ffmpeg opens it: options and address.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="UserError">ffprobe is missing, or finds no video.</exception>
    public static VideoFacts Of(string path, IReadOnlyList<string> input, WaitHandle? stop)
    {
        string[] arguments = ["-loglevel", "level+error", "-select_streams", "V:0", "-show_entries", Wanted, "-of", "json", .. input];
        using ReadingProcess probe = new(Ffmpeg.Probe(path, arguments), stop);
        using StreamReader reader = new(probe.Output);
        string json = reader.ReadToEnd();
        probe.WaitForEnd();
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (root.TryGetProperty("streams", out JsonElement streams))
            {
                return streams.GetArrayLength() > 0
                    ? Of(streams[0], root.GetProperty("format"))
                    : throw new UserError($"{path} holds no video: name a file that does");
            }
        }
        catch (JsonException)
        {
            // It wrote nothing, and its errors say why.
        }

        throw Unreadable(path, probe.Errors);
    }

    /// <summary>A file that ffmpeg cannot read, and what it said.</summary>
    public static UserError Unreadable(string path, string errors)
        => new($"{path} is not a video that ffmpeg can read ({errors}): convert it, or check that it is complete");

    private static VideoFacts Of(JsonElement stream, JsonElement format)
    {
        double? rate = Rate(Text(stream, "avg_frame_rate")) ?? Rate(Text(stream, "r_frame_rate"));
        long? frames = long.TryParse(Text(stream, "nb_frames"), CultureInfo.InvariantCulture, out long count) ? count : null;
        string? tag = stream.TryGetProperty("tags", out JsonElement tags) ? Text(tags, "DURATION") : null;
        double? duration = Number(Text(stream, "duration")) ?? Clock(tag);
        // What AVI announces is its number of frames: the duration of one that breaks off is an estimate from its size.
        if (Text(format, "format_name") is "avi" && frames / rate is { } announced) duration = announced;
        double offset = (Number(Text(stream, "start_time")) - Number(Text(format, "start_time"))) ?? 0;
        string pixels = Text(stream, "pix_fmt") ?? "", range = Text(stream, "color_range") ?? "";
        return new VideoFacts(
            pixels,
            Text(stream, "color_space") is { } matrix && matrix is not ("unknown" or "reserved") ? matrix : null,
            range == "pc" || pixels.StartsWith("yuvj", StringComparison.Ordinal),
            stream.TryGetProperty("height", out JsonElement height) ? height.GetInt32() : 0,
            rate,
            frames,
            duration + offset);
    }

    private static string? Text(JsonElement parent, string name)
        => parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static double? Number(string? text)
        => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double n) && double.IsFinite(n) ? n : null;

    /// <summary>Such as 00:00:04.000000000: nanoseconds are more digits than TimeSpan takes.</summary>
    private static double? Clock(string? text)
    {
        const int Digits = 16;
        string? micros = text?.Length > Digits ? text[..Digits] : text;
        return TimeSpan.TryParse(micros, CultureInfo.InvariantCulture, out TimeSpan time) ? time.TotalSeconds : null;
    }

    /// <summary>A fraction such as 30000/1001.</summary>
    private static double? Rate(string? text)
        => text?.Split('/') is [var a, var b] && Number(a) / Number(b) is > 0 and <= HighestRate and var rate ? rate : null;
}
