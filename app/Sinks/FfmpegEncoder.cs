using System.Diagnostics;
using System.Globalization;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>The ffmpeg program as an encoder: raw RGBA on its standard input.</summary>
internal sealed class FfmpegEncoder : IVideoEncoder
{
    private readonly string _name;
    private readonly Process _process;
    private readonly Task<string> _errors;

    /// <param name="name">The output as the user named it, for messages.</param>
    /// <param name="output">Where ffmpeg writes.</param>
    /// <param name="target">What it writes.</param>
    /// <param name="options">How it encodes.</param>
    /// <param name="size">Of every frame, in pixels.</param>
    /// <param name="framesPerSecond">Of the video.</param>
    public FfmpegEncoder(
        string name, string output, VideoTarget target, VideoOptions options, (int Width, int Height) size, double framesPerSecond)
    {
        _name = name;
        string rate = framesPerSecond.ToString(CultureInfo.InvariantCulture);
        string[] video = ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", $"{size.Width}x{size.Height}", "-r", rate, "-i", "-"];
        string[] sound = options.SoundFrom is { } file
            ? ["-i", file, "-map", "0:v", "-map", "1:a?", "-c:a", "copy", "-shortest"]
            : ["-an"];
        _process = Ffmpeg.Encode(name, [.. video, .. sound, .. target.Encoding(options), output]);
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public void Write(Renderer renderer)
    {
        try
        {
            _process.StandardInput.BaseStream.Write(renderer.Pixels());
        }
        catch (IOException)
        {
            _process.WaitForExit();
            throw Failure();
        }
    }

    public void Finish()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already; its exit code tells why.
        }

        _process.WaitForExit();
        if (_process.ExitCode != 0) throw Failure();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private UserError Failure() => UserError.CannotWrite(_name, $"ffmpeg reports '{_errors.Result.ReplaceLineEndings(" ").Trim()}'");
}
