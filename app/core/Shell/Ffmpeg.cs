using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace RealtimeSeg.Core.Shell;

/// <summary>The ffmpeg program: it decodes videos and network streams, and encodes.</summary>
public static partial class Ffmpeg
{
    /// <summary>How to get it.</summary>
    public const string Install = "apt-get install ffmpeg";

    /// <summary>A filter, to be continued, that makes pixels square by stretching; an aspect beyond ten is a mistake in the file.</summary>
    public const string SquarePixels = "scale=w='round(iw*clip(sar,1,10))':h='round(ih/clip(sar,0.1,1))'";

    private const int MostErrors = 2;

    private const string Program = "ffmpeg", Prober = "ffprobe", OwnSession = "/usr/bin/setsid";

    private static readonly Lazy<string> FrameTimesOption = new(() => OlderThan(5, 1) ? "-vsync" : "-fps_mode");

    /// <summary>Options for what becomes of frames' times; Ubuntu 22.04's version 4.4 names them differently.</summary>
    /// <param name="mode">"passthrough" writes each frame once, whatever its time; "vfr" those whose time is later than the last.</param>
    public static IReadOnlyList<string> FrameTimes(string mode) => [FrameTimesOption.Value, mode];

    /// <summary>A file's name for its command line, where a colon in a name would make a protocol of what is before it.</summary>
    public static string FileName(string path) => "file:" + Path.GetFullPath(path);

    /// <summary>
    /// Why it failed, by its exit code and its standard error; null if it did not. That it reports an error and ends with code 0 is
    /// usual: it does so when the end of a file does not fit on a disk.
    /// </summary>
    /// <param name="code">Its exit code.</param>
    /// <param name="said">What <see cref="Encode"/> made it write there, where some encoders chat as well.</param>
    public static string? FailureOf(int code, string said)
    {
        string[] lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] errors = [.. lines.Where(l => Level().IsMatch(l)).Select(l => Level().Replace(l, ""))];
        string more = errors.Length > MostErrors ? $" and {errors.Length - MostErrors} more" : "";
        if (errors.Length > 0) return $"ffmpeg reports '{string.Join("; ", errors.Take(MostErrors))}{more}'";
        if (code == 0) return null;
        return lines.Length > 0 ? $"ffmpeg reports '{lines[^1]}'" : $"ffmpeg ended with code {code}";
    }

    /// <summary>Whether the program is installed and encodes H.264.</summary>
    public static bool HasH264() => Says("-encoders")?.Contains("libx264", StringComparison.Ordinal) == true;

    /// <summary>Whether it has an encoder of video by this name; null if it does not say.</summary>
    public static bool? EncodesVideo(string name) => Says("-encoders")?.Split('\n')
        .Any(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [['V', ..], string found, ..] && found == name);

    /// <summary>What it answers to a question about itself; null if it is not installed or fails.</summary>
    private static string? Says(string question)
    {
        try
        {
            using Process? p = Process.Start(new ProcessStartInfo(Program, ["-hide_banner", question])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            });
            if (p is null) return null;
            string answer = p.StandardOutput.ReadToEnd();
            p.WaitForExit();
            return p.ExitCode == 0 ? answer : null;
        }
        catch (Win32Exception)
        {
            return null; // not installed
        }
    }

    /// <summary>Whether it is a release before another one; builds without a release's number are new.</summary>
    private static bool OlderThan(int major, int minor)
    {
        string[] words = Says("-version")?.Split(' ') ?? [];
        string name = words is ["ffmpeg", "version", var third, ..] ? third.TrimStart('n') : "";
        string number = new([.. name.TakeWhile(c => char.IsDigit(c) || c == '.')]);
        return Version.TryParse(number, out Version? version) && version < new Version(major, minor);
    }

    /// <summary>Starts it to write to its standard output what it reads.</summary>
    /// <param name="input">What is read, for messages.</param>
    /// <param name="arguments">All of its command line.</param>
    /// <exception cref="UserError">It is not installed or does not start.</exception>
    public static Process Decode(string input, IEnumerable<string> arguments) => Read(Program, input, ["-nostdin", .. arguments]);

    /// <summary>Starts ffprobe, which comes with it, to write to its standard output what a file holds.</summary>
    /// <param name="input">What is read, for messages.</param>
    /// <param name="arguments">All of its command line.</param>
    /// <exception cref="UserError">It is not installed or does not start.</exception>
    public static Process Probe(string input, IEnumerable<string> arguments) => Read(Prober, input, arguments);

    /// <summary>Starts it to read its standard input.</summary>
    /// <param name="output">What is written, for messages.</param>
    /// <param name="arguments">All of its command line.</param>
    /// <param name="atDeath">The signal that it gets if this process is killed: TERM lets it complete a file.</param>
    /// <exception cref="UserError">It is not installed or does not start.</exception>
    public static Process Encode(string output, IEnumerable<string> arguments, string atDeath)
    {
        if (ChildProcess.Find(Program) is null) throw NotInstalled(output);
        ProcessStartInfo start = InOwnSession(Program, ["-hide_banner", "-loglevel", "level+error", "-y", .. arguments]);
        (start.RedirectStandardInput, start.RedirectStandardError) = (true, true);
        return Start(output, start, atDeath);
    }

    private static Process Read(string program, string input, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = InOwnSession(program, ["-hide_banner", .. arguments]);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        return Start(input, start);
    }

    /// <summary>
    /// A terminal sends Ctrl-C to a whole process group: an encoder that ends with the rest cannot complete its file, and a decoder that
    /// does looks like a file that breaks off.
    /// </summary>
    private static ProcessStartInfo InOwnSession(string program, string[] arguments)
    {
        bool found = File.Exists(OwnSession) && ChildProcess.Find(program) is not null;
        ProcessStartInfo start = found ? new(OwnSession, [program, .. arguments]) : new(program, arguments);
        start.UseShellExecute = false;
        return start;
    }

    private static Process Start(string subject, ProcessStartInfo start, string atDeath = "KILL")
    {
        try
        {
            return ChildProcess.Start(start, atDeath) ?? throw new UserError("ffmpeg does not start: check the installation");
        }
        catch (Win32Exception e)
        {
            throw NotInstalled(subject, e);
        }
    }

    /// <summary>What marks a line of its own as an error.</summary>
    [GeneratedRegex(@"\[(?:error|fatal|panic)\] ", RegexOptions.None, matchTimeoutMilliseconds: RegexLimit.Milliseconds)]
    private static partial Regex Level();

    private static UserError NotInstalled(string subject, Exception? inner = null)
        => new($"{subject} needs the ffmpeg program: {Install}", inner);
}
