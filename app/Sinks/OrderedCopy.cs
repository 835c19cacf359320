using System.Diagnostics;

namespace RealtimeSeg.Sinks;

/// <summary>
/// A copy of a finished recording in the usual order, its index first, that takes the recording's place. ffmpeg can fail to complete it
/// and end as if it had not, on a full disk for one: it takes the place only if nothing was reported and no frame is missing.
/// </summary>
internal static class OrderedCopy
{
    /// <summary>Returns why the recording was left as it is; null if the copy has taken its place.</summary>
    /// <param name="file">The recording.</param>
    /// <param name="name">Of the output, for messages.</param>
    /// <param name="options">ffmpeg's, from after its input to the output.</param>
    /// <param name="overdue">Ends the attempt.</param>
    /// <exception cref="UserError">ffmpeg is not installed.</exception>
    public static string? Replace(string file, string name, IEnumerable<string> options, CancellationToken overdue)
    {
        string? copy = null;
        try
        {
            copy = TemporaryFile.Beside(file);
            if (Copy(file, copy, name, options, overdue) is { } why) return why;
            string? copied = Packets(copy, name, overdue);
            if (copied is null || copied != Packets(file, name, overdue)) return "frames are missing in the copy";
            File.Move(copy, file, overwrite: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return UserError.OneLine(e);
        }
        finally
        {
            if (copy is not null) File.Delete(copy);
        }
    }

    private static string? Copy(string file, string copy, string name, IEnumerable<string> options, CancellationToken overdue)
    {
        string[] arguments = ["-i", Ffmpeg.FileName(file), .. options, Ffmpeg.FileName(copy)];
        using Process process = Ffmpeg.Encode(name, arguments, atDeath: "KILL");
        process.StandardInput.Close();
        Task<string> said = process.StandardError.ReadToEndAsync(CancellationToken.None);
        bool inTime = FfmpegEncoder.Exited(process, overdue);
        if (!inTime) process.Kill();
        process.WaitForExit();
        return inTime ? Ffmpeg.FailureOf(process.ExitCode, said.Result) : "there was no time left";
    }

    /// <summary>Number of a file's encoded frames; null if it cannot be read, or not in time.</summary>
    private static string? Packets(string file, string name, CancellationToken overdue)
    {
        string[] count = ["-select_streams", "v:0", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0"];
        using Process process = Ffmpeg.Probe(name, ["-loglevel", "error", .. count, Ffmpeg.FileName(file)]);
        Task<string> packets = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> said = process.StandardError.ReadToEndAsync(CancellationToken.None);
        bool inTime = FfmpegEncoder.Exited(process, overdue);
        if (!inTime) process.Kill();
        process.WaitForExit();
        bool isWhole = inTime && process.ExitCode == 0 && said.Result.Length == 0 && packets.Result.Trim().Length > 0;
        return isWhole ? packets.Result.Trim() : null;
    }
}
