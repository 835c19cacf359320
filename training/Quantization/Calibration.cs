using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;

namespace RealtimeSeg.Training.Quantization;

/// <summary>The range of values that a tensor takes; zero always lies in it, because padding is zero.</summary>
/// <param name="Low">At most 0.</param>
/// <param name="High">At least 0.</param>
public readonly record struct ValueRange(float Low, float High)
{
    /// <summary>Eight bits without sign over the range: value = scale × (code − zero).</summary>
    public (float Scale, byte Zero) Codes()
    {
        float scale = Math.Max(High - Low, 1e-6f) / byte.MaxValue;
        return (scale, (byte)Math.Clamp(MathF.Round(-Low / scale), 0, byte.MaxValue));
    }
}

/// <summary>Finds the ranges of a model's inner tensors by running it on pictures.</summary>
public static class Calibration
{
    /// <param name="model">A graph that takes <c>frame</c>; it is not changed.</param>
    /// <param name="tensors">Names of float tensors in it.</param>
    /// <param name="pictures">8-bit BGR, at the size that the network sees; at least one.</param>
    /// <returns>By tensor, the mean over the pictures of the smallest and of the largest value: one odd picture does not stretch it.</returns>
    public static unsafe IReadOnlyDictionary<string, ValueRange> Ranges(ModelProto model, IReadOnlyCollection<string> tensors, IEnumerable<Mat> pictures)
    {
        ModelProto open = model.Clone();
        open.Graph.Output.Clear();
        foreach (string t in tensors) open.Graph.Output.Add(new ValueInfoProto { Name = t, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)ElementType.Float } } });
        using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using RunOptions run = new();
        using InferenceSession session = new(open.ToByteArray(), options);
        double[] low = new double[tensors.Count], high = new double[tensors.Count];
        int count = 0;
        foreach (Mat picture in pictures)
        {
            using OrtValue frame = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance,
                Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.UInt8, [1, picture.Height, picture.Width, 3], (nint)picture.DataPointer, picture.Total() * 3);
            using IDisposableReadOnlyCollection<OrtValue> values = session.Run(run, [ModelManifest.FrameInput], [frame], [.. tensors]);
            count++;
            for (int i = 0; i < values.Count; i++)
            {
                ReadOnlySpan<float> v = values[i].GetTensorDataAsSpan<float>();
                low[i] += System.Numerics.Tensors.TensorPrimitives.Min(v);
                high[i] += System.Numerics.Tensors.TensorPrimitives.Max(v);
            }
        }

        if (count == 0) throw new ArgumentException("no pictures");
        return tensors.Select((t, i) => (t, new ValueRange((float)Math.Min(0, low[i] / count), (float)Math.Max(0, high[i] / count)))).ToDictionary(r => r.t, r => r.Item2, StringComparer.Ordinal);
    }
}
