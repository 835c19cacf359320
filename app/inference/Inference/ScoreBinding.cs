using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Inference;

/// <summary>
/// A model exported by this project's trainer that gives scores: ONNX Runtime reads the image in place and computes no further than
/// the scores, from which <see cref="ScoreDecoder"/> makes labels and confidence.
/// </summary>
internal sealed class ScoreBinding : SlotBinding
{
    private static readonly string[] Inputs = [ModelManifest.FrameInput], Outputs = [ModelManifest.ScoresOutput];

    private readonly InferenceSession _session;
    private readonly RunOptions _options;
    private readonly float _pitch;
    private readonly int _threads;
    private readonly OrtValue _frame;
    private readonly OrtIoBinding _io;

    /// <summary>float [1,K,h,w]. The first run makes it, because only the graph knows its size; later ones write to it.</summary>
    private OrtValue? _scores;

    private ScoreDecoder? _decoder;

    /// <param name="model">To keep loaded.</param>
    /// <param name="session">Of its graph up to the scores.</param>
    /// <param name="options">Of its runs.</param>
    /// <param name="slot">The frame.</param>
    /// <param name="geometry">How the frame is fitted.</param>
    /// <param name="pitch">See <see cref="ModelManifest.ScorePitch"/>.</param>
    public ScoreBinding(
        Segmenter model, InferenceSession session, RunOptions options, FrameSlot slot, FrameGeometry geometry, float pitch)
        : base(model, slot, geometry)
    {
        (_session, _options, _pitch, _threads) = (session, options, pitch, model.Threads);
        _frame = Wrap(Input, [1, Input.Height, Input.Width, 3]);
        _io = session.CreateIoBinding();
        _io.BindInput(ModelManifest.FrameInput, _frame);
    }

    public override void Dispose()
    {
        _io.Dispose();
        _decoder?.Dispose();
        _scores?.Dispose();
        _frame.Dispose();
        base.Dispose();
    }

    protected override void RunNetwork()
    {
        if (_decoder is null) Begin();
        else RunBound(_session, _options, _io, _frame);
        ReadOnlySpan<float> scores = _scores!.GetTensorDataAsSpan<float>();
        bool wanted = Wanted is not null && Wanted.Length == _decoder!.Classes; // else it is of another model's
        Span<byte> foreground = wanted ? Foreground.AsSpan<byte>() : [];
        _decoder!.Decode(scores, Labels.AsSpan<byte>(), Confidence.AsSpan<byte>(), foreground, wanted ? Wanted : null);
        if (wanted) GiveForeground();
    }

    private void Begin()
    {
        IDisposableReadOnlyCollection<OrtValue> results = _session.Run(_options, Inputs, [_frame], Outputs);
        OrtTensorTypeAndShapeInfo type = results[0].GetTensorTypeAndShape();
        long[] shape = type.Shape; // [1,K,h,w]
        if (type.ElementDataType != TensorElementType.Float || shape is not [1, > 0 and <= NetworkFrame.Unlabelled, > 0, > 0])
        {
            results.Dispose();
            throw new UserError($"{Model.Name} returns {ModelManifest.ScoresOutput} as {type.ElementDataType} [{string.Join(',', shape)}] "
                + "where floats [1,classes,height,width] belong: export it again");
        }

        _scores = results[0]; // the collection would dispose of it, and nothing else
        Size cells = new((int)shape[3], (int)shape[2]);
        _decoder = new ScoreDecoder((int)shape[1], cells, Labels.Size(), _pitch, _threads);
        _io.BindOutput(ModelManifest.ScoresOutput, _scores);
    }
}
