using System.Runtime.ExceptionServices;
using OpenCvSharp;

namespace RealtimeSeg.Network.Device;

/// <summary>
/// Labels frames by a network in compute shaders, on a thread and with a context of its own: whoever asks may have another context, or
/// none, and may ask from one thread after the other. Allocates nothing for a frame of the same size as the one before.
/// </summary>
public sealed class GlLabeller : IDisposable
{
    private readonly ShaderModel _model;
    private readonly SemaphoreSlim _asked = new(0), _answered = new(0);
    private readonly Action _label;
    private readonly Worker _worker;
    private HeadlessContext? _context;
    private GlNetwork? _network;
    private GlImages? _images;
    private Mat? _frame, _labels, _confidence;

    /// <summary>What the thread is to do; null to end.</summary>
    private Action? _work;

    private ExceptionDispatchInfo? _failure;

    /// <exception cref="UserError">There is no OpenGL with compute shaders.</exception>
    public GlLabeller(ShaderModel model)
    {
        (_model, _label) = (model, Label);
        _worker = Worker.Start("shaders", Serve);
        try
        {
            Ask(Open);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Fills the labels and confidence of a frame.</summary>
    /// <param name="frame">8-bit BGR, H×W, rows without gaps.</param>
    /// <param name="labels">8-bit, H×W, likewise.</param>
    /// <param name="confidence">8-bit, H×W, likewise.</param>
    /// <exception cref="UserError">The graph has an operator that cannot be run, or it does not fit the GPU.</exception>
    public void Run(Mat frame, Mat labels, Mat confidence)
    {
        (_frame, _labels, _confidence) = (frame, labels, confidence);
        Ask(_label);
    }

    public void Dispose()
    {
        _work = null;
        _asked.Release();
        _worker.Join();
        _asked.Dispose();
        _answered.Dispose();
    }

    /// <summary>Has the thread do something, and waits.</summary>
    private void Ask(Action work)
    {
        _work = work;
        _asked.Release();
        _answered.Wait();
        _failure?.Throw();
    }

    /// <summary>What the thread does.</summary>
    private void Serve()
    {
        try
        {
            for (_asked.Wait(); _work is { } work; _asked.Wait())
            {
                _failure = Attempt.At(work);
                _answered.Release();
            }
        }
        finally
        {
            _images?.Dispose();
            _network?.Dispose();
            _context?.Dispose();
        }
    }

    private void Open()
    {
        _context = new HeadlessContext();
        _network = new GlNetwork(_context.Gl, null, _model.Half, _model.TilesFor(Driver.Of(_context.Gl)));
    }

    private void Label()
    {
        Size size = _frame!.Size();
        if (_images is null || _images.Size != size) Resize(size);
        _images!.Put(_frame);
        _images.Bind();
        _network!.Run(_images.Frame);
        _images.Take(_labels!, _confidence!);
    }

    private void Resize(Size size)
    {
        _images?.Dispose();
        _images = null; // should the new size fail, the next frame tries again
        _network!.Prepare(_model.Plan(size));
        _images = new GlImages(_context!.Gl, size);
    }
}
