using System.Numerics.Tensors;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;

namespace RealtimeSeg.Training.Quantization;

/// <summary>Finds the ranges of a model's inner tensors by running it on images.</summary>
public static class Calibration
{
    /// <inheritdoc cref="Ranges(ModelProto, IReadOnlyCollection{string}, string, IEnumerable{OrtValue})"/>
    /// <param name="model">A graph with the input <c>frame</c>; it is not changed.</param>
    /// <param name="tensors">Names of float tensors in it.</param>
    /// <param name="images">8-bit BGR, at the network's size; at least one.</param>
    public static IReadOnlyDictionary<string, ValueRange> Ranges(
        ModelProto model, IReadOnlyCollection<string> tensors, IEnumerable<Mat> images)
        => Ranges(model, tensors, ModelManifest.FrameInput, images.Select(Frame));

    /// <param name="model">A graph; it is not changed.</param>
    /// <param name="tensors">Names of float tensors in it.</param>
    /// <param name="input">Name of its input.</param>
    /// <param name="frames">What it reads of each image, of at least one; disposed here.</param>
    /// <returns>By tensor, the means over the images of its smallest and of its largest value: one odd image does not widen it.</returns>
    /// <exception cref="ArgumentException">No images.</exception>
    public static IReadOnlyDictionary<string, ValueRange> Ranges(
        ModelProto model,
        IReadOnlyCollection<string> tensors,
        string input,
        IEnumerable<OrtValue> frames)
    {
        using SessionOptions options = new()
        {
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            IntraOpNumThreads = Environment.ProcessorCount,
        };
        using RunOptions run = new();
        using InferenceSession session = new(WithOutputs(model, tensors).ToByteArray(), options);
        double[] low = new double[tensors.Count], high = new double[tensors.Count];
        int count = 0;
        foreach (OrtValue frame in frames)
        {
            using OrtValue read = frame;
            using IDisposableReadOnlyCollection<OrtValue> values = session.Run(run, [input], [read], [.. tensors]);
            count++;
            for (int i = 0; i < values.Count; i++)
            {
                ReadOnlySpan<float> v = values[i].GetTensorDataAsSpan<float>();
                low[i] += TensorPrimitives.Min(v);
                high[i] += TensorPrimitives.Max(v);
            }
        }

        if (count == 0) throw new ArgumentException("no images");
        ValueRange Mean(int i) => new((float)Math.Min(0, low[i] / count), (float)Math.Max(0, high[i] / count));
        return tensors.Select((name, i) => (name, Mean(i))).ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>A copy of the model whose outputs are these tensors.</summary>
    private static ModelProto WithOutputs(ModelProto model, IEnumerable<string> tensors)
    {
        TypeProto floats = new() { TensorType = new TypeProto.Types.Tensor { ElemType = (int)ElementType.Float } };
        ModelProto copy = model.Clone();
        copy.Graph.Output.Clear();
        copy.Graph.Output.AddRange(tensors.Select(t => new ValueInfoProto { Name = t, Type = floats.Clone() }));
        return copy;
    }

    /// <summary>An image as uint8 [1,H,W,3], in the image's own memory.</summary>
    internal static unsafe OrtValue Frame(Mat image) => OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance,
        TensorElementType.UInt8,
        [1, image.Height, image.Width, 3],
        (nint)image.DataPointer,
        image.Total() * 3);
}
