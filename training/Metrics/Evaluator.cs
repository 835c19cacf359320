using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Core.Onnx.ThirdParty;
using RealtimeSeg.Core.Temporal;
using RealtimeSeg.Network.Device;
using RealtimeSeg.Network.Graphs;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Metrics;

/// <summary>Evaluates a model's labels against the truth: of an exported file, or of any that the app reads.</summary>
public sealed class Evaluator : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly GlLabeller? _shaders;
    private readonly ThirdPartyRunner? _runner;
    private readonly int _stride = 1;
    private readonly List<double> _milliseconds = [];

    /// <param name="model">Bytes of an exported .onnx file.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="fusion">How labels come from parts of an image; null for the whole alone.</param>
    /// <param name="inShaders">Label by compute shaders, as the app's <c>--provider gl</c>; not with a fusion.</param>
    /// <exception cref="UserError">Not an ONNX file, or not one that this program exported, or there is no OpenGL for it.</exception>
    public Evaluator(byte[] model, string name, ProposalFusion? fusion = null, bool inShaders = false)
        : this(o => new InferenceSession(fusion is null ? model : ProbabilityOutput.AddTo(model, name), o), name)
    {
        Fusion = fusion;
        Manifest = ModelManifest.Parse(() => _session.ModelMetadata.CustomMetadataMap, name);
        if (!HasContract)
        {
            throw new UserError($"{name} lacks the input '{ModelManifest.FrameInput}' or the output '{ModelManifest.LabelsOutput}': "
                + $"export it with '{BuildInfo.Launcher} export'");
        }

        if (inShaders) _shaders = new GlLabeller(new ShaderModel(new NetworkFile(OnnxFile.Parse(model, name)), Manifest.ScorePitch));
    }

    private Evaluator(string path, ModelReading reading, Action<string> report)
        : this(o => new InferenceSession(path, o), path)
    {
        if (HasContract)
        {
            Manifest = ModelManifest.Parse(() => _session.ModelMetadata.CustomMetadataMap, path);
            return;
        }

        (ThirdParty, Manifest) = ThirdPartyModel.Resolve(_session, path, reading.Hints.Or(Sidecar.Read(path)), reading.Size);
        _runner = new ThirdPartyRunner(_session, ThirdParty, Path.GetFileNameWithoutExtension(path), Manifest.Classes.Count);
        if (!ThirdParty.TakesOneSize) _stride = ThirdPartyModel.UsualStride;
        string named = ThirdParty.ClassSet is { } set ? $", named as {set} for their number (--labels FILE names them otherwise)" : "";
        report($"{path} is a third-party model, read as {ThirdParty.Summary}, {Manifest.Classes.Count} classes{named}");
    }

    private Evaluator(Func<SessionOptions, InferenceSession> open, string name)
    {
        Manifest = null!; // by whoever calls
        using SessionOptions options = new()
        {
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            IntraOpNumThreads = Environment.ProcessorCount,
        };
        try
        {
            _session = open(options);
        }
        catch (OnnxRuntimeException e)
        {
            throw LoadFailure.Of(name, e);
        }
    }

    /// <summary>A model's file, of the trainer or of others, as far as it can be read.</summary>
    /// <param name="path">An .onnx file.</param>
    /// <param name="reading">How to read and run it.</param>
    /// <param name="report">Receives a line on how a third-party model was read.</param>
    /// <exception cref="UserError">No such file, not ONNX, nothing that can be read as a segmenter, or no OpenGL for it.</exception>
    public static Evaluator Load(string path, ModelReading reading, Action<string> report)
    {
        if (Directory.Exists(path))
            throw new UserError($"{path} is a folder: '{BuildInfo.Launcher} export {path} MODEL.onnx' makes a model of it");
        if (!File.Exists(path)) throw new UserError($"no file {path}{BundledHint.Of(path)}: name an .onnx file");
        if (FileIdentity.IsSpecial(path)) throw new UserError($"{path} is a pipe or a device: name an .onnx file");
        if (reading.Fusion is null && !reading.InShaders) return new Evaluator(path, reading, report);
        byte[] model = File.ReadAllBytes(path);
        if (!OnnxFile.Parse(model, path).Graph.Input.Any(i => i.Name == ModelManifest.FrameInput))
        {
            string option = reading.InShaders ? "--provider gl" : "--proposals";
            throw new UserError($"{path} is a third-party model, for which eval has no {option}: leave it out");
        }

        return new Evaluator(model, path, reading.Fusion, reading.InShaders);
    }

    /// <summary>Of the model; of a third-party one, what is known of it.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>How a third-party model is read; null for one of the trainer.</summary>
    public ThirdPartyModel? ThirdParty { get; }

    private bool HasContract
        => _session.InputMetadata.ContainsKey(ModelManifest.FrameInput) && _session.OutputMetadata.ContainsKey(ModelManifest.LabelsOutput);

    /// <summary>How labels come from parts of an image; null for the whole alone.</summary>
    public ProposalFusion? Fusion { get; }

    /// <summary>Of the network alone, over all images so far, or their parts; 0 before the first.</summary>
    public double MedianMilliseconds => _milliseconds.Count == 0 ? 0 : _milliseconds.Order().ElementAt(_milliseconds.Count / 2);

    /// <summary>The confusion matrix over all images of the sets.</summary>
    /// <param name="sets">Labelled images with the model's classes.</param>
    /// <param name="look">Is called with each image and its predicted labels.</param>
    /// <exception cref="UserError">A set has other classes.</exception>
    public ConfusionMatrix Evaluate(IEnumerable<IDataset> sets, Action<Sample, Mat>? look = null)
    {
        IDataset[] all = [.. sets];
        ConfusionMatrix matrix = new(ClassesOn(all[0]).Count, c => all.Any(s => s.CanShow(c)));
        foreach (IDataset set in all)
        {
            ClassMatch match = ClassMatch.Of(Manifest.Classes, set);
            for (int i = 0; i < set.Count; i++)
            {
                Sample sample = set.Load(i);
                byte[] labels = Matched(sample.Image, match);
                matrix.Add(sample.Labels.AsSpan<byte>(), labels);
                if (look is null) continue;
                using Mat predicted = Mat.FromPixelData(sample.Image.Height, sample.Image.Width, MatType.CV_8UC1, labels);
                look(sample, predicted);
            }
        }

        return matrix;
    }

    /// <summary>An image's labels as classes of a set, 8-bit; the caller disposes them.</summary>
    /// <exception cref="UserError">The set has other classes.</exception>
    internal Mat Labelled(Sample sample, IDataset set)
    {
        byte[] labels = Matched(sample.Image, ClassMatch.Of(Manifest.Classes, set));
        return Mat.FromPixelData(sample.Image.Height, sample.Image.Width, MatType.CV_8UC1, labels);
    }

    private byte[] Matched(Mat image, ClassMatch match)
    {
        byte[] labels = Fusion?.Labels(image, Probabilities) ?? LabelsAsShown(image);
        match.Apply(labels);
        return labels;
    }

    /// <summary>
    /// Evaluates on images that are the frames of one video, in order, with labels smoothed over time as in the app: at the size that
    /// the network sees, at which flicker is measured too.
    /// </summary>
    /// <param name="video">The frames.</param>
    /// <param name="smooth">Strength of the smoothing, 0 to 1.</param>
    /// <exception cref="UserError">They have other classes.</exception>
    public VideoScore EvaluateVideo(IDataset video, float smooth)
    {
        ClassMatch match = ClassMatch.Of(Manifest.Classes, video);
        ConfusionMatrix matrix = new(match.Names.Count, video.CanShow);
        MotionMask motion = new();
        TemporalSmoother smoother = new(smooth);
        FlickerMeter predicted = new(), truth = new();
        for (int i = 0; i < video.Count; i++)
        {
            Sample sample = video.Load(i);
            FrameGeometry g = Geometry(sample.Image);
            using Mat fitted = Fitted(sample.Image, g), truthFitted = new();
            (byte[] labels, byte[] confidence) = Decide(fitted, g);
            ReadOnlySpan<bool> still = motion.Update(fitted.AsSpan<byte>(), fitted.Width);
            smoother.Apply(still, labels, confidence);
            byte[] matched = [.. Enlarged(labels, g, sample.Image.Size())];
            match.Apply(matched);
            matrix.Add(sample.Labels.AsSpan<byte>(), matched);
            predicted.Add(still, labels);
            LabelMap.Resize(sample.Labels, truthFitted, fitted.Size());
            truth.Add(still, truthFitted.AsSpan<byte>(), match.Names.Count);
        }

        return new VideoScore(matrix, predicted.Flicker, truth.Flicker);
    }

    /// <summary>Names of the classes that are scored on a set: the model's, or those of the set that are among them.</summary>
    /// <exception cref="UserError">The set has others.</exception>
    public IReadOnlyList<string> ClassesOn(IDataset set) => ClassMatch.Of(Manifest.Classes, set).Names;

    /// <summary>The class of each pixel of an image of any size, which is fitted to the network as in the app.</summary>
    /// <param name="image">8-bit BGR.</param>
    /// <param name="least">Probability below which a pixel is <see cref="ClassMap.Ignore"/>.</param>
    public byte[] LabelsAsShown(Mat image, float least = 0)
    {
        FrameGeometry g = Geometry(image);
        using Mat fitted = Fitted(image, g);
        (byte[] labels, byte[] confidence) = Decide(fitted, g);
        for (int i = 0; i < labels.Length; i++)
        {
            if (confidence[i] < least * byte.MaxValue) labels[i] = ClassMap.Ignore;
        }

        return Enlarged(labels, g, image.Size());
    }

    /// <summary>A plane of 32-bit floats for each class, of the size of the image, which is fitted to the network as in the app.</summary>
    private unsafe Mat[] Probabilities(Mat image)
    {
        FrameGeometry g = Geometry(image);
        using Mat fitted = Fitted(image, g);
        using IDisposableReadOnlyCollection<OrtValue> outputs = Run(fitted, ProbabilityOutput.Name);
        long[] shape = outputs[0].GetTensorTypeAndShape().Shape; // [1,K,H',W']
        int height = (int)shape[2], width = (int)shape[3];
        Mat[] planes = new Mat[shape[1]];
        fixed (float* first = outputs[0].GetTensorDataAsSpan<float>())
        {
            for (int k = 0; k < planes.Length; k++)
            {
                using Mat padded = Mat.FromPixelData(height, width, MatType.CV_32FC1, (nint)(first + ((long)k * height * width)));
                using Mat plane = new(padded, new Rect(0, 0, g.Width, g.Height));
                Cv2.Resize(plane, planes[k] = new Mat(), image.Size(), 0, 0, FrameFit.Rule(g.Width > image.Width));
            }
        }

        return planes;
    }

    /// <summary>What the network reads of an image, until another is asked for: uint8 [1,H,W,3], or a third party's floats.</summary>
    /// <param name="image">8-bit BGR of any size.</param>
    public OrtValue NetworkInput(Mat image)
    {
        FrameGeometry g = Geometry(image);
        using Mat fitted = Fitted(image, g);
        if (_runner is null) return OrtValue.CreateTensorValueFromMemory(fitted.AsSpan<byte>().ToArray(), [1, g.Height, g.Width, 3]);
        using NetworkFrame frame = new(g);
        frame.Put(fitted);
        return _runner.Input(frame.Input);
    }

    /// <summary>How an image is brought to the network.</summary>
    private FrameGeometry Geometry(Mat image) => FrameGeometry.For(image.Width, image.Height, Manifest.Size, Manifest.Fit, _stride);

    private (byte[] Labels, byte[] Confidence) Decide(Mat fitted, FrameGeometry g)
    {
        if (_runner is null) return Decide(fitted);
        using NetworkFrame frame = new(g);
        using Mat labels = new(fitted.Size(), MatType.CV_8UC1), confidence = new(fitted.Size(), MatType.CV_8UC1);
        frame.Put(fitted);
        long start = Stopwatch.GetTimestamp();
        try
        {
            _runner.Run(frame.Input, frame.Labels, frame.Confidence, _options);
        }
        catch (OnnxRuntimeException e)
        {
            string size = $"{g.NetworkWidth}×{g.NetworkHeight}";
            throw new UserError($"the model cannot run on {size} pixels ({UserError.OneLine(e)}): name another --size", e);
        }

        _milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        frame.Take(labels, confidence);
        return (labels.AsSpan<byte>().ToArray(), confidence.AsSpan<byte>().ToArray());
    }

    private static byte[] Enlarged(byte[] labels, FrameGeometry g, Size size)
    {
        if (g.Width == size.Width && g.Height == size.Height) return labels;
        using Mat small = Mat.FromPixelData(g.Height, g.Width, MatType.CV_8UC1, labels), large = new();
        LabelMap.Resize(small, large, size);
        return large.AsSpan<byte>().ToArray();
    }

    /// <summary>An image at the size that the network sees in the app; the caller disposes it.</summary>
    public static Mat Fitted(Mat image, FrameGeometry g)
    {
        Mat fitted = new();
        FrameFit.Resize(image, fitted, new Size(g.Width, g.Height));
        return fitted;
    }

    /// <summary>The class of each pixel of an 8-bit BGR image at its own size, row by row.</summary>
    public byte[] Labels(Mat image) => Decide(image).Labels;

    /// <summary>The same with the probability of each pixel's class, in 0–255.</summary>
    public (byte[] Labels, byte[] Confidence) Decide(Mat image)
    {
        if (_shaders is not null) return DecideInShaders(_shaders, image);
        using IDisposableReadOnlyCollection<OrtValue> outputs = Run(image, ModelManifest.LabelsOutput, ModelManifest.ConfidenceOutput);
        return (outputs[0].GetTensorDataAsSpan<byte>().ToArray(), outputs[1].GetTensorDataAsSpan<byte>().ToArray());
    }

    private (byte[] Labels, byte[] Confidence) DecideInShaders(GlLabeller shaders, Mat image)
    {
        using Mat labels = new(image.Size(), MatType.CV_8UC1), confidence = new(image.Size(), MatType.CV_8UC1);
        long start = Stopwatch.GetTimestamp();
        shaders.Run(image, labels, confidence);
        _milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        return (labels.AsSpan<byte>().ToArray(), confidence.AsSpan<byte>().ToArray());
    }

    private unsafe IDisposableReadOnlyCollection<OrtValue> Run(Mat image, params string[] outputs)
    {
        long[] shape = [1, image.Height, image.Width, 3];
        using OrtValue frame = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, TensorElementType.UInt8, shape, (nint)image.DataPointer, image.Total() * 3);
        long start = Stopwatch.GetTimestamp();
        IDisposableReadOnlyCollection<OrtValue> values = _session.Run(_options, [ModelManifest.FrameInput], [frame], outputs);
        _milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        return values;
    }

    public void Dispose()
    {
        _shaders?.Dispose();
        _options.Dispose();
        _session.Dispose();
    }
}
