using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Core.Temporal;
using RealtimeSeg.Network.Device;
using RealtimeSeg.Network.Graphs;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Metrics;

/// <summary>Evaluates an exported model: its <c>labels</c> output, on images as captured, against the truth.</summary>
public sealed class Evaluator : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly GlLabeller? _shaders;
    private readonly List<double> _milliseconds = [];

    /// <param name="model">Bytes of an exported .onnx file.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="fusion">How labels come from parts of an image; null for the whole alone.</param>
    /// <param name="inShaders">Label by compute shaders, as the app's <c>--provider gl</c>; not with a fusion.</param>
    /// <exception cref="UserError">Not an ONNX file, or not one that this program exported, or there is no OpenGL for it.</exception>
    public Evaluator(byte[] model, string name, ProposalFusion? fusion = null, bool inShaders = false)
    {
        Fusion = fusion;
        if (fusion is not null) model = ProbabilityOutput.AddTo(model, name);
        using SessionOptions options = new()
        {
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            IntraOpNumThreads = Environment.ProcessorCount,
        };
        try
        {
            _session = new InferenceSession(model, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new UserError($"{name} is not an ONNX file that ONNX Runtime can load ({UserError.OneLine(e)})", e);
        }

        Manifest = ModelManifest.Parse(() => _session.ModelMetadata.CustomMetadataMap, name);
        const string Frame = ModelManifest.FrameInput, Labels = ModelManifest.LabelsOutput;
        if (!_session.InputMetadata.ContainsKey(Frame) || !_session.OutputMetadata.ContainsKey(Labels))
            throw new UserError($"{name} lacks the input '{Frame}' or the output '{Labels}': export it with './run.sh export'");
        if (inShaders) _shaders = new GlLabeller(new ShaderModel(new NetworkFile(OnnxFile.Parse(model, name)), Manifest.ScorePitch));
    }

    /// <summary>Of the model.</summary>
    public ModelManifest Manifest { get; }

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
        ConfusionMatrix matrix = new(Manifest.Classes.Count);
        foreach (IDataset set in sets)
        {
            ThrowIfOfOtherClasses(set);
            for (int i = 0; i < set.Count; i++)
            {
                Sample sample = set.Load(i);
                byte[] labels = Fusion?.Labels(sample.Image, Probabilities) ?? LabelsAsShown(sample.Image);
                matrix.Add(sample.Labels.AsSpan<byte>(), labels);
                if (look is null) continue;
                using Mat predicted = Mat.FromPixelData(sample.Image.Height, sample.Image.Width, MatType.CV_8UC1, labels);
                look(sample, predicted);
            }
        }

        return matrix;
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
        ThrowIfOfOtherClasses(video);
        ConfusionMatrix matrix = new(Manifest.Classes.Count);
        MotionMask motion = new();
        TemporalSmoother smoother = new(smooth);
        FlickerMeter predicted = new(), truth = new();
        for (int i = 0; i < video.Count; i++)
        {
            Sample sample = video.Load(i);
            FrameGeometry g = Geometry(sample.Image);
            using Mat fitted = Fitted(sample.Image, g), truthFitted = new();
            (byte[] labels, byte[] confidence) = Decide(fitted);
            ReadOnlySpan<bool> still = motion.Update(fitted.AsSpan<byte>(), fitted.Width);
            smoother.Apply(still, labels, confidence);
            matrix.Add(sample.Labels.AsSpan<byte>(), Enlarged(labels, g, sample.Image.Size()));
            predicted.Add(still, labels);
            LabelMap.Resize(sample.Labels, truthFitted, fitted.Size());
            truth.Add(still, truthFitted.AsSpan<byte>(), Manifest.Classes.Count);
        }

        return new VideoScore(matrix, predicted.Flicker, truth.Flicker);
    }

    private void ThrowIfOfOtherClasses(IDataset set)
    {
        if (set.ClassNames.Count == Manifest.Classes.Count) return;
        string both = $"the model has {Manifest.Classes.Count} classes, {set.Name} {set.ClassNames.Count}";
        throw new UserError($"{both}: choose the data it was trained for, or a --map");
    }

    /// <summary>The class of each pixel of an image of any size, which is fitted to the network as in the app.</summary>
    /// <param name="image">8-bit BGR.</param>
    /// <param name="least">Probability below which a pixel is <see cref="ClassMap.Ignore"/>.</param>
    public byte[] LabelsAsShown(Mat image, float least = 0)
    {
        FrameGeometry g = Geometry(image);
        using Mat fitted = Fitted(image, g);
        (byte[] labels, byte[] confidence) = Decide(fitted);
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

    private FrameGeometry Geometry(Mat image) => FrameGeometry.For(image.Width, image.Height, Manifest.Size, Manifest.Fit);

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
