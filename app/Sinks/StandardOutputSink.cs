using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>What goes to standard output for each frame.</summary>
public enum StreamFormat
{
    /// <summary>JPEG files, one after the other.</summary>
    Mjpeg,

    /// <summary>Width × height × 3 bytes, blue first, top row first.</summary>
    Bgr24,

    /// <summary>Width × height bytes, the class of each pixel.</summary>
    Labels,
}

/// <summary>
/// Every frame to standard output, for another program. Raw images have the size of the first one. All messages go to standard error then.
/// </summary>
public sealed class StandardOutputSink : ISink
{
    /// <summary>How the command line calls it.</summary>
    public const string Name = "-";

    private const string Device = "/dev/stdout", Jpeg = ".jpg";
    private readonly SinkContext _context;
    private readonly Stream _output;
    private readonly FrameFitter _fitter = new();
    private readonly Mat _labels = new(), _bgr = new();
    private (int Width, int Height)? _size;
    private long _count;

    /// <param name="context">Of the run.</param>
    /// <exception cref="UserError">Standard output is a terminal.</exception>
    public StandardOutputSink(SinkContext context)
    {
        _context = context;
        if (!Console.IsOutputRedirected) throw UserError.CannotWrite(Name, "standard output is a terminal; pipe it into a program");
        _output = Open(context);
    }

    public bool NeedsLabels => _context.StreamFormat == StreamFormat.Labels;

    public void Present(Renderer renderer, FrameSlot slot)
    {
        if (_size is null) Begin(renderer, slot);
        Writing(() =>
        {
            if (NeedsLabels) WriteLabels(slot);
            else WriteImage(renderer);
        });
        _count++;
    }

    public string? Finish()
    {
        if (_count == 0) return null;
        Writing(() =>
        {
            if (_output is SpecialFile pipe) pipe.Complete(_context.Overdue);
            else _output.Flush();
        });
        return FormattableString.Invariant($"standard output ({_count} frames)");
    }

    public void Dispose()
    {
        _output.Dispose();
        _fitter.Dispose();
        _labels.Dispose();
        _bgr.Dispose();
    }

    /// <summary>Raw images say nothing about themselves: their reader needs their size.</summary>
    private void Begin(Renderer renderer, FrameSlot slot)
    {
        (int width, int height) = NeedsLabels ? (slot.Image.Width, slot.Image.Height) : (renderer.Target!.Width, renderer.Target.Height);
        _size = (width, height);
        string format = _context.StreamFormat.ToString().ToLowerInvariant();
        Log.Info(FormattableString.Invariant($"standard output: {format}, {width}×{height}, {_context.FramesPerSecond:0.###} frames/s"));
    }

    private void WriteLabels(FrameSlot slot)
    {
        LabelMap.Resize(slot.Labels, _labels, new Size(_size!.Value.Width, _size.Value.Height));
        _output.Write(_labels.AsSpan<byte>());
    }

    private unsafe void WriteImage(Renderer renderer)
    {
        (int width, int height) = (renderer.Target!.Width, renderer.Target.Height);
        if (_context.StreamFormat == StreamFormat.Mjpeg)
        {
            _output.Write(ImageCodec.Encode(renderer.Pixels(), width, height, Jpeg));
            return;
        }

        fixed (byte* p = _fitter.Fit(renderer.Pixels(), (width, height), _size!.Value))
        {
            using Mat rgba = Mat.FromPixelData(_size.Value.Height, _size.Value.Width, MatType.CV_8UC4, (nint)p);
            Cv2.CvtColor(rgba, _bgr, ColorConversionCodes.RGBA2BGR);
        }

        _output.Write(_bgr.AsSpan<byte>());
    }

    /// <summary>
    /// A pipe is opened anew, so that a reader that does not read holds up no end of the run; a file has its own position.
    /// </summary>
    internal static Stream Open(SinkContext context)
        => FileIdentity.Of(Device) is { IsPipe: true } ? SpecialFile.Open(Device, context.Stop) : Console.OpenStandardOutput();

    /// <exception cref="UserError">It cannot be written.</exception>
    internal static void Writing(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e)
        {
            throw UserError.CannotWrite(Name, $"{UserError.OneLine(e)}; its reader may have ended", e);
        }
    }
}
