using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx.ThirdParty;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Inference;

/// <summary>
/// A network bound to the buffers of one slot. If the network does not read exactly the scaled image (letterbox, crop), it is bound to the
/// buffers of a <see cref="NetworkFrame"/> between them. The network stays loaded as long as it is bound.
/// </summary>
internal abstract class SlotBinding : ISlotBinding
{
    private readonly Segmenter _model;
    private readonly FrameSlot _slot;
    private readonly NetworkFrame? _frame;

    /// <summary>Gives the slot's buffers the sizes of the geometry.</summary>
    protected SlotBinding(Segmenter model, FrameSlot slot, FrameGeometry geometry)
    {
        ObjectDisposedException.ThrowIf(!model.TryKeep(), model);
        (_model, _slot, Geometry) = (model, slot, geometry);
        slot.Fitted.Create(geometry.Height, geometry.Width, MatType.CV_8UC3);
        slot.Labels.Create(geometry.Height, geometry.Width, MatType.CV_8UC1);
        slot.Confidence.Create(geometry.Height, geometry.Width, MatType.CV_8UC1);
        slot.Foreground.Create(geometry.Height, geometry.Width, MatType.CV_8UC1);
        if (!geometry.IsExact) _frame = new NetworkFrame(geometry);
    }

    public IFrameModel Model => _model;

    public FrameGeometry Geometry { get; }

    /// <summary>What the network reads: 8-bit BGR, H×W×3.</summary>
    protected Mat Input => _frame?.Input ?? _slot.Fitted;

    /// <summary>Class of each pixel that the network read: 8-bit, H×W.</summary>
    protected Mat Labels => _frame?.Labels ?? _slot.Labels;

    /// <summary>Probability of that class in 0–255: 8-bit, H×W.</summary>
    protected Mat Confidence => _frame?.Confidence ?? _slot.Confidence;

    /// <summary>Probability of all classes together that the slot wants it of, in 0–255: 8-bit, H×W.</summary>
    protected Mat Foreground => _frame?.Foreground ?? _slot.Foreground;

    /// <summary>The classes of <see cref="Foreground"/>, by label; null if it is not wanted.</summary>
    protected bool[]? Wanted => _slot.Wanted;

    public void Fit()
    {
        Mat image = _slot.Image, fitted = _slot.Fitted;
        if (image.Size() == fitted.Size()) image.CopyTo(fitted);
        else FrameFit.Resize(image, fitted, fitted.Size());
        _frame?.Put(fitted);
    }

    public void Infer()
    {
        _slot.ForegroundOf = null;
        RunNetwork();
        _frame?.Take(_slot.Labels, _slot.Confidence, _slot.ForegroundOf is null ? null : _slot.Foreground);
    }

    public virtual void Dispose()
    {
        _frame?.Dispose();
        _model.LetGo();
    }

    /// <summary><see cref="Foreground"/> is filled, as it is wanted.</summary>
    protected void GiveForeground() => _slot.ForegroundOf = _slot.Wanted;

    /// <summary>Fills labels and confidence from the input.</summary>
    protected abstract void RunNetwork();

    /// <summary>
    /// Runs a session whose buffers are bound. Another device gets a copy of the image when it is bound, not when the network runs: the
    /// image is bound again for each frame.
    /// </summary>
    protected void RunBound(InferenceSession session, RunOptions options, OrtIoBinding io, OrtValue frame)
    {
        if (_model.Provider != ExecutionProviders.Cpu) io.BindInput(ModelManifest.FrameInput, frame);
        session.RunWithBinding(options, io);
    }

    /// <summary>A Mat's memory as a uint8 tensor.</summary>
    protected static unsafe OrtValue Wrap(Mat m, long[] shape)
    {
        OrtMemoryInfo cpu = OrtMemoryInfo.DefaultInstance;
        return OrtValue.CreateTensorValueWithData(cpu, TensorElementType.UInt8, shape, (nint)m.DataPointer, m.Total() * m.ElemSize());
    }
}

/// <summary>A third-party model: its runner copies into and out of the buffers.</summary>
internal sealed class ThirdPartyBinding(
    Segmenter model,
    ThirdPartyRunner runner,
    RunOptions options,
    FrameSlot slot,
    FrameGeometry geometry) : SlotBinding(model, slot, geometry)
{
    protected override void RunNetwork() => runner.Run(Input, Labels, Confidence, options);
}
