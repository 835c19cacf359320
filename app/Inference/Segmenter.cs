using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference.ThirdParty;

namespace RealtimeSeg.Inference;

/// <summary>An exported model, ready to label frames.</summary>
public sealed class Segmenter : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly ThirdPartyRunner? _foreign;

    private Segmenter(InferenceSession session, string provider, ModelManifest manifest, string name, int threads, ThirdPartyModel? foreign)
    {
        (_session, Provider, Manifest, Name, Threads) = (session, provider, manifest, name, threads);
        if (foreign is not null) _foreign = new ThirdPartyRunner(session, foreign);
    }

    public string Name { get; }

    public ModelManifest Manifest { get; }

    /// <summary>The provider that runs it, after any fallback.</summary>
    public string Provider { get; }

    public int Threads { get; }

    /// <exception cref="UserError">No file, not ONNX, no manifest, or not the inputs and outputs of the contract.</exception>
    public static Segmenter Load(string path, SegmenterOptions options, Action<string> say)
    {
        if (!File.Exists(path)) throw new UserError($"no model {path}: train one with './run.sh train' and './run.sh export', or name another with --model");
        if (!ExecutionProviders.Choices.Contains(options.Provider, StringComparer.Ordinal))
            throw new UserError($"no provider '{options.Provider}': choose one of {string.Join(", ", ExecutionProviders.Choices)}");
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        SessionOptions Make()
        {
            SessionOptions o = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, IntraOpNumThreads = threads };
            // Threads that spin between runs would take the cores that capture and software rendering need.
            o.AddSessionConfigEntry("session.intra_op.allow_spinning", options.Spin ? "1" : "0");
            return o;
        }

        InferenceSession session;
        string provider;
        try
        {
            (session, provider) = ExecutionProviders.Open(File.ReadAllBytes(path), Make, options.Provider, say);
        }
        catch (OnnxRuntimeException e)
        {
            throw new UserError($"{path} is not an ONNX file that ONNX Runtime can load ({UserError.OneLine(e)})", e);
        }

        try
        {
            string name = Path.GetFileNameWithoutExtension(path);
            if (!IsOwn(session))
            {
                (ThirdPartyModel foreign, ModelManifest read) = ThirdPartyModel.Resolve(session, path, Hints(options, path), options.Size);
                say($"{path} is not a model of this program: read as {foreign.Summary}, {read.Classes.Count} classes");
                return new Segmenter(session, provider, read, name, threads, foreign);
            }

            ModelManifest manifest = ModelManifest.Parse(session.ModelMetadata.CustomMetadataMap, path);
            return new Segmenter(session, provider, manifest with { Size = options.Size ?? manifest.Size, Fit = options.Fit ?? manifest.Fit }, name, threads, null);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Scales the slot's picture to the network's size. First use, or another size, binds the slot's buffers to the session.</summary>
    /// <param name="slot">The frame.</param>
    /// <param name="size">Another working size than the model's own, for this frame.</param>
    public void Fit(FrameSlot slot, (int Width, int Height)? size = null)
    {
        FrameGeometry geometry = FrameGeometry.For(slot.Image.Width, slot.Image.Height, size ?? Manifest.Size, Manifest.Fit);
        if (slot.Binding is not SlotBinding bound || bound.Owner != this || bound.Geometry != geometry) bound = Bind(slot, geometry);
        if (slot.Image.Width == geometry.Width && slot.Image.Height == geometry.Height) slot.Image.CopyTo(slot.Fitted);
        else FrameFit.Resize(slot.Image, slot.Fitted, slot.Fitted.Size());
        bound.Frame?.Put(slot.Fitted);
    }

    /// <summary>Fills the slot's labels and confidence from its fitted picture.</summary>
    public void Infer(FrameSlot slot)
    {
        SlotBinding bound = (SlotBinding)slot.Binding!;
        if (_foreign is not null) _foreign.Run(bound.Input, bound.Labels, bound.Confidence, _run);
        else _session.RunWithBinding(_run, bound.Io!);
        bound.Frame?.Take(slot.Labels, slot.Confidence);
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    private SlotBinding Bind(FrameSlot slot, FrameGeometry g)
    {
        slot.Binding?.Dispose();
        slot.Fitted.Create(g.Height, g.Width, MatType.CV_8UC3);
        slot.Labels.Create(g.Height, g.Width, MatType.CV_8UC1);
        slot.Confidence.Create(g.Height, g.Width, MatType.CV_8UC1);
        SlotBinding bound = new(this, slot, g);
        slot.Binding = bound;
        return bound;
    }

    /// <summary>Whether it has the inputs and outputs of the contract.</summary>
    private static bool IsOwn(InferenceSession session)
        => session.InputMetadata.Count == 1 && session.InputMetadata.TryGetValue(ModelManifest.FrameInput, out NodeMetadata? input) && input.ElementDataType == TensorElementType.UInt8 && input.Dimensions.Length == 4
            && session.OutputMetadata.ContainsKey(ModelManifest.LabelsOutput) && session.OutputMetadata.ContainsKey(ModelManifest.ConfidenceOutput);

    private static ModelHints Hints(SegmenterOptions options, string path)
    {
        ModelHints hints = (options.Foreign ?? new ModelHints()).Or(Sidecar.Read(path));
        return options.Fit is { } fit ? hints with { Fit = fit.ToString() } : hints;
    }

    /// <summary>A slot's native buffers as ONNX Runtime sees them; buffers of its own where the network does not read just the scaled picture.</summary>
    private sealed unsafe class SlotBinding : IDisposable
    {
        private readonly OrtValue? _frame, _labels, _confidence;

        public SlotBinding(Segmenter owner, FrameSlot slot, FrameGeometry geometry)
        {
            (Owner, Geometry) = (owner, geometry);
            Frame = geometry.IsExact ? null : new NetworkFrame(geometry);
            (Input, Labels, Confidence) = (Frame?.Input ?? slot.Fitted, Frame?.Labels ?? slot.Labels, Frame?.Confidence ?? slot.Confidence);
            if (owner._foreign is not null) return; // it is handed its tensors run by run
            _frame = Wrap(Input, [1, Input.Height, Input.Width, 3]);
            _labels = Wrap(Labels, [1, Labels.Height, Labels.Width]);
            _confidence = Wrap(Confidence, [1, Confidence.Height, Confidence.Width]);
            Io = owner._session.CreateIoBinding();
            Io.BindInput(ModelManifest.FrameInput, _frame);
            Io.BindOutput(ModelManifest.LabelsOutput, _labels);
            Io.BindOutput(ModelManifest.ConfidenceOutput, _confidence);
        }

        public Segmenter Owner { get; }

        public FrameGeometry Geometry { get; }

        /// <summary>Null where the network reads just the scaled picture.</summary>
        public NetworkFrame? Frame { get; }

        public Mat Input { get; }

        public Mat Labels { get; }

        public Mat Confidence { get; }

        public OrtIoBinding? Io { get; }

        public void Dispose()
        {
            Io?.Dispose();
            _confidence?.Dispose();
            _labels?.Dispose();
            _frame?.Dispose();
            Frame?.Dispose();
        }

        private static OrtValue Wrap(Mat m, long[] shape)
            => OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.UInt8, shape, (nint)m.DataPointer, m.Total() * m.ElemSize());
    }
}
