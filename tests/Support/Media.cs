using System.Globalization;
using System.Text;
using Xunit;

namespace RealtimeSeg.Tests.Support;

/// <summary>Reads recordings with the ffmpeg programs, as a user's player would, and finds programs that run.</summary>
internal static class Media
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(50);

    public static void SkipWithoutFfmpeg() => Skip.If(Cli.Try("ffprobe", "-version") is not { Code: 0 }, "ffmpeg is not installed");

    /// <summary>What ffprobe tells, a line per item; also of a file whose end is missing.</summary>
    public static string Probe(string file, params string[] arguments)
        => Cli.Try("ffprobe", ["-v", "quiet", .. arguments, "-of", "csv=p=0", file])!.Value.Out.Trim();

    /// <summary>Times of a video's frames in seconds, in the order in which they are shown.</summary>
    public static double[] Times(string file)
        => [.. Numbers(Probe(file, "-select_streams", "v:0", "-show_entries", "frame=pts_time")).Order()];

    /// <summary>A container's length in seconds.</summary>
    public static double Duration(string file) => Numbers(Probe(file, "-show_entries", "format=duration"))[0];

    /// <summary>Numbers of the programs whose command line contains a text.</summary>
    public static int[] Running(string text)
    {
        static string CommandLine(string process)
        {
            try
            {
                return Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(process, "cmdline")));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return ""; // it has ended meanwhile
            }
        }

        return
        [
            .. Directory.EnumerateDirectories("/proc")
                .Where(d => CommandLine(d) is var line && line.StartsWith("ffmpeg", StringComparison.Ordinal)
                    && line.Contains(text, StringComparison.Ordinal))
                .Select(d => int.Parse(Path.GetFileName(d), CultureInfo.InvariantCulture)),
        ];
    }

    /// <summary>Waits for something that other programs bring about.</summary>
    public static void Await(Func<bool> happened, string what)
        => Assert.True(SpinWait.SpinUntil(happened, Deadline), $"{what} did not happen within {Deadline.TotalSeconds:F0} s");

    private static double[] Numbers(string lines) =>
    [
        .. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => double.Parse(l.Trim().TrimEnd(','), CultureInfo.InvariantCulture)),
    ];
}
