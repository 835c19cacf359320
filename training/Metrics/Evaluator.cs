using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Temporal;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Metrics;

/// <summary>Scores an exported model: pictures as captured in, its <c>labels</c> output against the truth.</summary>
public sealed class Evaluator : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly List<double> _milliseconds = [];

    /// <param name="model">Bytes of an exported .onnx file.</param>
    /// <param name="name">What to call it in messages.</param>
    public Evaluator(byte[] model, string name)
    {
        using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        try
        {
            _session = new InferenceSession(model, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new UserError($"{name} is not an ONNX file that ONNX Runtime can load ({UserError.OneLine(e)})", e);
        }

        Manifest = ModelManifest.Parse(_session.ModelMetadata.CustomMetadataMap, name);
        if (!_session.InputMetadata.ContainsKey(ModelManifest.FrameInput) || !_session.OutputMetadata.ContainsKey(ModelManifest.LabelsOutput))
            throw new UserError($"{name} lacks the input '{ModelManifest.FrameInput}' or the output '{ModelManifest.LabelsOutput}': export it with './run.sh export'");
    }

    public ModelManifest Manifest { get; }

    /// <summary>Of the network alone, over all pictures so far.</summary>
    public double MedianMilliseconds => _milliseconds.Count == 0 ? 0 : _milliseconds.Order().ElementAt(_milliseconds.Count / 2);

    /// <summary>The confusion matrix of all pictures of the sets; each one's labels are shown to <paramref name="look"/> too.</summary>
    public ConfusionMatrix Evaluate(IEnumerable<IDataset> sets, Action<Sample, Mat>? look = null)
    {
        ConfusionMatrix matrix = new(Manifest.Classes.Count);
        foreach (IDataset set in sets)
        {
            if (set.ClassNames.Count != matrix.Classes)
                throw new UserError($"the model knows {matrix.Classes} classes, {set.Name} has {set.ClassNames.Count}: choose the data it was trained for");
            for (int i = 0; i < set.Count; i++)
            {
                Sample sample = set.Load(i);
                byte[] labels = LabelsAsShown(sample.Image);
                matrix.Add(Bytes(sample.Labels), labels);
                if (look is null) continue;
                using Mat predicted = Mat.FromPixelData(sample.Image.Height, sample.Image.Width, MatType.CV_8UC1, labels);
                look(sample, predicted);
            }
        }

        return matrix;
    }

    /// <summary>
    /// The same for pictures that are frames of one video, in order: labels are steadied as the app does, and the share of still pixels
    /// that change class is counted, for the model and for the truth.
    /// </summary>
    public (ConfusionMatrix Matrix, double Flicker, double TruthFlicker) EvaluateVideo(IDataset video, float smooth)
    {
        ConfusionMatrix matrix = new(Manifest.Classes.Count);
        MotionMask motion = new();
        TemporalSmoother smoother = new(smooth);
        FlickerMeter ours = new(), truth = new();
        for (int i = 0; i < video.Count; i++)
        {
            Sample sample = video.Load(i);
            (byte[] labels, byte[] confidence) = Run(sample.Image);
            ReadOnlySpan<bool> still = motion.Update(sample.Image.AsSpan<byte>(), sample.Image.Width);
            smoother.Apply(still, labels, confidence);
            matrix.Add(Bytes(sample.Labels), labels);
            ours.Add(still, labels);
            truth.Add(still, Bytes(sample.Labels), Manifest.Classes.Count);
        }

        return (matrix, ours.Flicker, truth.Flicker);
    }

    /// <summary>The class of each pixel of a picture of any size: fitted to the network as the app does, labels enlarged to its pixels.</summary>
    public unsafe byte[] LabelsAsShown(Mat image)
    {
        FrameGeometry g = FrameGeometry.For(image.Width, image.Height, Manifest.Size, Manifest.Fit);
        if (g.Width == image.Width && g.Height == image.Height) return Labels(image);
        using Mat fitted = Fitted(image, g), large = new();
        byte[] labels = Labels(fitted);
        using Mat small = Mat.FromPixelData(g.Height, g.Width, MatType.CV_8UC1, labels);
        LabelMap.Resize(small, large, image.Size());
        return Bytes(large).ToArray();
    }

    /// <summary>A picture at the size that the network sees, as the app makes it; the caller disposes it.</summary>
    public static Mat Fitted(Mat image, FrameGeometry g)
    {
        Mat fitted = new();
        FrameFit.Resize(image, fitted, new Size(g.Width, g.Height));
        return fitted;
    }

    /// <summary>The class of each pixel of an 8-bit BGR picture, which the network reads as it is, row by row.</summary>
    public byte[] Labels(Mat image) => Run(image).Labels;

    private unsafe (byte[] Labels, byte[] Confidence) Run(Mat image)
    {
        using OrtValue frame = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance,
            Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.UInt8, [1, image.Height, image.Width, 3], (nint)image.DataPointer, image.Total() * 3);
        long start = Stopwatch.GetTimestamp();
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_options, [ModelManifest.FrameInput], [frame], [ModelManifest.LabelsOutput, ModelManifest.ConfidenceOutput]);
        _milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        return (outputs[0].GetTensorDataAsSpan<byte>().ToArray(), outputs[1].GetTensorDataAsSpan<byte>().ToArray());
    }

    public void Dispose()
    {
        _options.Dispose();
        _session.Dispose();
    }

    private static unsafe ReadOnlySpan<byte> Bytes(Mat m) => new(m.DataPointer, (int)m.Total());
}
