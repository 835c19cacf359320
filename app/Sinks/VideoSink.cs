using System.Diagnostics;
using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>
/// A video file, a network stream or a loopback camera, by the ffmpeg program; without it, .mp4 by OpenCV as MPEG-4 part 2. A file has
/// its name only once it is complete.
/// </summary>
public sealed class VideoSink(string target, double framesPerSecond, VideoOptions options) : ISink
{
    private readonly VideoTarget _target = VideoTarget.Of(target);
    private Process? _ffmpeg;
    private VideoWriter? _writer;
    private Task<string>? _complaints;
    private bool _finished;

    private string Partial => _target.IsFile ? Path.Combine(Path.GetDirectoryName(target) ?? "", $"{Path.GetFileNameWithoutExtension(target)}.part{Path.GetExtension(target)}") : target;

    public void Present(Renderer renderer, FrameSlot slot)
    {
        RenderTarget picture = renderer.Target!;
        if (_ffmpeg is null && _writer is null) Open(picture.Width, picture.Height);
        if (_ffmpeg is not null) WriteFfmpeg(renderer.Pixels());
        else WriteOpenCv(renderer.Pixels(), picture.Width, picture.Height);
    }

    public string? Finish()
    {
        if (_ffmpeg is null && _writer is null) return null;
        if (_ffmpeg is not null)
        {
            CloseInput();
            _ffmpeg.WaitForExit();
            if (_ffmpeg.ExitCode != 0) throw Failure();
        }

        _writer?.Release();
        if (_target.IsFile) File.Move(Partial, target, overwrite: true);
        _finished = true;
        return target;
    }

    public void Dispose()
    {
        if (_ffmpeg is { HasExited: false }) _ffmpeg.Kill();
        _ffmpeg?.WaitForExit();
        _ffmpeg?.Dispose();
        _writer?.Dispose();
        if (!_finished && _target.IsFile) File.Delete(Partial);
    }

    private void Open(int width, int height)
    {
        if (!Ffmpeg.HasH264())
        {
            if (!target.EndsWith(".mp4", StringComparison.OrdinalIgnoreCase)) throw new UserError($"cannot write {target}: that takes the ffmpeg program (apt-get install ffmpeg); .mp4 goes without it");
            _writer = new VideoWriter(Partial, VideoWriter.FourCC('m', 'p', '4', 'v'), framesPerSecond, new Size(width, height));
            if (!_writer.IsOpened()) throw new UserError($"cannot write {target}: OpenCV's MPEG-4 encoder does not open; install ffmpeg");
            return;
        }

        ProcessStartInfo start = Ffmpeg.Start();
        string[] picture = ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", $"{width}x{height}", "-r", framesPerSecond.ToString(CultureInfo.InvariantCulture), "-i", "-"];
        string[] sound = options.SoundFrom is { } file ? ["-i", file, "-map", "0:v", "-map", "1:a?", "-c:a", "copy", "-shortest"] : ["-an"];
        foreach (string a in (string[])["-hide_banner", "-loglevel", "error", "-y", .. picture, .. sound, .. _target.Encoding(options), Partial]) start.ArgumentList.Add(a);
        _ffmpeg = Process.Start(start) ?? throw new UserError("ffmpeg does not start: check the installation");
        _complaints = _ffmpeg.StandardError.ReadToEndAsync();
    }

    private void WriteFfmpeg(ReadOnlySpan<byte> pixels)
    {
        try
        {
            _ffmpeg!.StandardInput.BaseStream.Write(pixels);
        }
        catch (IOException)
        {
            _ffmpeg!.WaitForExit();
            throw Failure();
        }
    }

    private void CloseInput()
    {
        try
        {
            _ffmpeg!.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before; its exit code says why.
        }
    }

    private unsafe void WriteOpenCv(ReadOnlySpan<byte> pixels, int width, int height)
    {
        fixed (byte* p = pixels)
        {
            using Mat picture = Mat.FromPixelData(height, width, MatType.CV_8UC4, (nint)p);
            using Mat bgr = new();
            Cv2.CvtColor(picture, bgr, ColorConversionCodes.RGBA2BGR);
            _writer!.Write(bgr);
        }
    }

    private UserError Failure() => new($"cannot write {target}: ffmpeg says '{_complaints?.Result.ReplaceLineEndings(" ").Trim()}'");
}
