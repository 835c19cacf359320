using System.Runtime.ExceptionServices;
using OpenCvSharp;

namespace RealtimeSeg.Network.Device;

/// <summary>
/// Labels frames by a network in compute shaders, on a thread and with a context of its own: whoever asks may have another context, or
/// none, and may ask from one thread after the other. Allocates nothing for a frame of the same size as the one before.
/// </summary>
public sealed class GlLabeller : IDisposable
{
    /// <summary>Contexts that may be lost one after the other at the same frame.</summary>
    private const int MostLosses = 3;

    private readonly ShaderModel _model;
    private readonly ForcedLosses? _forced;
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

    /// <param name="model">The network.</param>
    /// <param name="forced">Losses of the context that a test asks for; null for those of the environment.</param>
    /// <exception cref="UserError">There is no OpenGL with compute shaders.</exception>
    public GlLabeller(ShaderModel model, ForcedLosses? forced = null)
    {
        (_model, _label, _forced) = (model, Label, forced);
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
    /// <exception cref="UserError">
    /// The graph has an operator that cannot be run, or it does not fit the GPU, or the context is lost again and again.
    /// </exception>
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
            Close();
        }
    }

    /// <summary>Everything that lives in the context, and the context: at the start, and after it was lost.</summary>
    private void Open()
    {
        _context = new HeadlessContext(_forced);
        _network = new GlNetwork(_context.Gl, null, _model.Half, _model.TilesFor(Driver.Of(_context.Gl)));
    }

    private void Close()
    {
        _images?.Dispose();
        _network?.Dispose();
        _context?.Dispose();
        (_images, _network, _context) = (null, null, null);
    }

    /// <summary>Labels the frame, in a new context if this one is lost on the way.</summary>
    private void Label()
    {
        for (int losses = 0; !IsLabelled(); losses++)
        {
            if (losses == MostLosses) throw new UserError("the OpenGL context is lost again and again: use --provider cpu");
            Close();
            Open();
            Log.Warning("the OpenGL context was lost and is open again: no frame is lost");
        }
    }

    /// <summary>Labels the frame; false if the context was lost.</summary>
    private bool IsLabelled()
    {
        try
        {
            if (_context is null) Open();
            LabelHere();
        }
        catch (Exception e) when (e is ContextLostException || _context?.Watch.Look() is not null)
        {
            return false;
        }

        return _context!.Watch.Look() is null;
    }

    private void LabelHere()
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
