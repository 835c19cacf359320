using System.Diagnostics;
using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>
/// An .mp4 file: H.264 by the ffmpeg program where it is installed with that encoder, else MPEG-4 part 2 by OpenCV. The file has its
/// name only once it is complete.
/// </summary>
public sealed class VideoSink(string path, double framesPerSecond) : ISink
{
    private readonly string _partial = Path.Combine(Path.GetDirectoryName(path) ?? "", $"{Path.GetFileNameWithoutExtension(path)}.part.mp4");
    private Process? _ffmpeg;
    private VideoWriter? _writer;
    private Task<string>? _complaints;
    private bool _finished;

    public void Present(Renderer renderer)
    {
        RenderTarget target = renderer.Target!;
        if (_ffmpeg is null && _writer is null) Open(target.Width, target.Height);
        if (_ffmpeg is not null) WriteFfmpeg(renderer.Pixels());
        else WriteOpenCv(renderer.Pixels(), target.Width, target.Height);
    }

    public string? Finish()
    {
        if (_ffmpeg is null && _writer is null) return null;
        if (_ffmpeg is not null)
        {
            _ffmpeg.StandardInput.Close();
            _ffmpeg.WaitForExit();
            if (_ffmpeg.ExitCode != 0) throw Failure();
        }

        _writer?.Release();
        File.Move(_partial, path, overwrite: true);
        _finished = true;
        return path;
    }

    public void Dispose()
    {
        if (_ffmpeg is { HasExited: false }) _ffmpeg.Kill();
        _ffmpeg?.WaitForExit();
        _ffmpeg?.Dispose();
        _writer?.Dispose();
        if (!_finished) File.Delete(_partial);
    }

    private void Open(int width, int height)
    {
        if (!Ffmpeg.HasH264())
        {
            _writer = new VideoWriter(_partial, VideoWriter.FourCC('m', 'p', '4', 'v'), framesPerSecond, new Size(width, height));
            if (!_writer.IsOpened()) throw new UserError($"cannot write {path}: OpenCV's MPEG-4 encoder does not open; install ffmpeg");
            return;
        }

        string arguments = string.Create(CultureInfo.InvariantCulture,
            $"-hide_banner -loglevel error -y -f rawvideo -pix_fmt rgba -s {width}x{height} -r {framesPerSecond} -i - -an -vf pad=ceil(iw/2)*2:ceil(ih/2)*2 -c:v libx264 -preset veryfast -crf 21 -pix_fmt yuv420p -movflags +faststart -f mp4");
        ProcessStartInfo start = new("ffmpeg") { RedirectStandardInput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string a in arguments.Split(' ')) start.ArgumentList.Add(a);
        start.ArgumentList.Add(_partial);
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

    private UserError Failure() => new($"cannot write {path}: ffmpeg says '{_complaints?.Result.ReplaceLineEndings(" ").Trim()}'");
}
