using Microsoft.ML.OnnxRuntime;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Inference;

/// <summary>A model exported by this project's trainer that gives no scores: ONNX Runtime reads and writes the buffers in place.</summary>
internal sealed class LabelBinding : SlotBinding
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options;
    private readonly OrtValue _frame, _labels, _confidence;
    private readonly OrtIoBinding _io;

    public LabelBinding(Segmenter model, InferenceSession session, RunOptions options, FrameSlot slot, FrameGeometry geometry)
        : base(model, slot, geometry)
    {
        (_session, _options) = (session, options);
        _frame = Wrap(Input, [1, Input.Height, Input.Width, 3]);
        _labels = Wrap(Labels, [1, Labels.Height, Labels.Width]);
        _confidence = Wrap(Confidence, [1, Confidence.Height, Confidence.Width]);
        _io = session.CreateIoBinding();
        _io.BindInput(ModelManifest.FrameInput, _frame);
        _io.BindOutput(ModelManifest.LabelsOutput, _labels);
        _io.BindOutput(ModelManifest.ConfidenceOutput, _confidence);
    }

    public override void Dispose()
    {
        _io.Dispose();
        _confidence.Dispose();
        _labels.Dispose();
        _frame.Dispose();
        base.Dispose();
    }

    protected override void RunNetwork() => RunBound(_session, _options, _io, _frame);
}
