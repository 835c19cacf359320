using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Core.Onnx.ThirdParty;

/// <summary>
/// Runs a <see cref="ThirdPartyModel"/>: normalises the image, enlarges the output to it and decides, which the program's own models
/// do in their graph.
/// </summary>
/// <param name="session">The network.</param>
/// <param name="model">How it is read.</param>
/// <param name="name">Its name, for messages.</param>
/// <param name="classes">Number of classes that the rest of the program knows of.</param>
public sealed class ThirdPartyRunner(InferenceSession session, ThirdPartyModel model, string name, int classes)
{
    private const double Threshold = 0.5;

    /// <summary>Tolerance beyond which a matte's values cannot be probabilities.</summary>
    private const float Slack = 0.01f;

    private float[] _input = [], _plane = [], _best = [], _sum = [];

    /// <param name="image">8-bit BGR at the network's size.</param>
    /// <param name="labels">The same size, 8-bit; filled.</param>
    /// <param name="confidence">Likewise.</param>
    /// <param name="run">Options of the run.</param>
    public void Run(Mat image, Mat labels, Mat confidence, RunOptions run)
    {
        using OrtValue input = Input(image);
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, [model.Input], [input], [model.Output]);
        if (model.Kind == OutputKind.Labels) TakeLabels(outputs[0], labels, confidence);
        else Decide(outputs[0], labels, confidence);
    }

    /// <summary>Whether the values that it gives for an image are no probabilities, so that a sigmoid makes them so.</summary>
    /// <param name="image">8-bit BGR at the network's size.</param>
    /// <param name="run">Options of the run.</param>
    /// <exception cref="UserError">It gives no map.</exception>
    public bool GivesLogits(Mat image, RunOptions run)
    {
        using OrtValue input = Input(image);
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, [model.Input], [input], [model.Output]);
        MapsOf(outputs[0].GetTensorTypeAndShape(), image.Size());
        return AreLogits(outputs[0].GetTensorDataAsSpan<float>());
    }

    /// <summary>What the network reads of an image: float [1,3,H,W] or [1,H,W,3], in memory that the next image takes.</summary>
    /// <param name="image">8-bit BGR at the network's size.</param>
    public OrtValue Input(Mat image)
    {
        Normalise(image);
        return OrtValue.CreateTensorValueFromMemory(
            _input, model.Nhwc ? [1, image.Height, image.Width, 3] : [1, 3, image.Height, image.Width]);
    }

    private void Normalise(Mat image)
    {
        ReadOnlySpan<byte> bgr = image.AsSpan<byte>();
        int area = bgr.Length / 3;
        if (_input.Length != bgr.Length) _input = new float[bgr.Length];
        for (int c = 0; c < 3; c++)
        {
            int from = model.Scaling.Rgb ? 2 - c : c, step = model.Nhwc ? 3 : 1, at = model.Nhwc ? c : c * area;
            float mean = model.Scaling.Mean[c], factor = 1 / model.Scaling.Deviation[c];
            for (int i = 0; i < area; i++, at += step) _input[at] = (bgr[(i * 3) + from] - mean) * factor;
        }
    }

    /// <summary>Goes through the maps class by class, each enlarged to the image.</summary>
    private void Decide(OrtValue output, Mat labels, Mat confidence)
    {
        ReadOnlySpan<float> values = output.GetTensorDataAsSpan<float>();
        (int channels, int h, int w) = MapsOf(output.GetTensorTypeAndShape(), labels.Size());
        Span<byte> label = labels.AsSpan<byte>(), sure = confidence.AsSpan<byte>();
        using Mat large = new();
        if (model.Kind == OutputKind.Matte)
        {
            TakeMatte(Enlarged(Channel(values, 0, channels, h * w), h, w, labels.Size(), large), label, sure);
            return;
        }

        Begin(label);
        for (int c = 0; c < channels; c++)
            TakeClass((byte)c, Enlarged(Channel(values, c, channels, h * w), h, w, labels.Size(), large), label);
        for (int i = 0; i < sure.Length; i++) sure[i] = Byte(_sum[i] == 0 ? 0 : model.Kind == OutputKind.Logits ? 1 / _sum[i] : _best[i]);
    }

    /// <summary>Number and size of the maps in [1,C,H,W], [1,H,W,C] or [1,H,W].</summary>
    /// <exception cref="UserError">There are none: what a file declares is not always what it returns.</exception>
    private (int Channels, int Height, int Width) MapsOf(OrtTensorTypeAndShapeInfo info, Size image)
    {
        long[] shape = info.Shape;
        bool labels = model.Kind == OutputKind.Labels, last = labels ? shape is [_, _, _, 1] : model.Nhwc;
        (long channels, long height, long width) = shape switch
        {
            [_, var h, var w] => (1, h, w),
            [_, var h, var w, var c] when last => (c, h, w),
            [_, var c, var h, var w] => (c, h, w),
            _ => (0, 0, 0),
        };
        if (height > 0 && width > 0 && !ThirdPartyOutput.IsMap(width, height, (image.Width, image.Height)))
            throw ThirdPartyOutput.NoMap($"{name}: its output {model.Output}", string.Join(',', shape), (image.Width, image.Height));
        bool fits = labels ? channels == 1 : model.Kind == OutputKind.Matte ? channels > 0 : channels == classes;
        if (fits && shape[0] > 0 && height > 0 && width > 0) return ((int)channels, (int)height, (int)width);
        string what = model.Kind == OutputKind.Matte || labels ? "one map" : $"a map for each of {classes} classes";
        throw new UserError($"{name} returns {model.Output} as [{string.Join(',', shape)}], not {what}: choose another model");
    }

    /// <summary>No class yet: where no value is above −∞ it stays the first one, with a sum of 0.</summary>
    private void Begin(Span<byte> label)
    {
        if (_best.Length != label.Length) (_best, _sum) = (new float[label.Length], new float[label.Length]);
        _best.AsSpan().Fill(float.NegativeInfinity);
        _sum.AsSpan().Clear();
        label.Clear();
    }

    /// <summary>
    /// Takes a class where its value is the largest so far. For logits it keeps a running softmax: the sum of exponentials relative to
    /// the largest so far, whose inverse is the winner's probability at the end. What is no number, or −∞, adds nothing.
    /// </summary>
    private void TakeClass(byte c, ReadOnlySpan<float> plane, Span<byte> label)
    {
        bool logits = model.Kind == OutputKind.Logits;
        for (int i = 0; i < label.Length; i++)
        {
            float value = plane[i];
            if (value > _best[i])
            {
                _sum[i] = logits ? (_sum[i] * MathF.Exp(_best[i] - value)) + 1 : 1;
                (_best[i], label[i]) = (value, c);
            }
            else if (logits && value > float.NegativeInfinity)
            {
                _sum[i] += MathF.Exp(value - _best[i]);
            }
        }
    }

    /// <summary>One map: how much of each pixel is foreground; a sigmoid first if the values are not probabilities.</summary>
    private static void TakeMatte(ReadOnlySpan<float> matte, Span<byte> label, Span<byte> sure)
    {
        bool logits = AreLogits(matte);
        for (int i = 0; i < label.Length; i++)
        {
            double p = logits ? 1 / (1 + Math.Exp(-matte[i])) : matte[i];
            label[i] = (byte)(p >= Threshold ? 1 : 0);
            sure[i] = Byte((float)Math.Max(p, 1 - p));
        }
    }

    private static bool AreLogits(ReadOnlySpan<float> values)
        => TensorPrimitives.Min(values) < -Slack || TensorPrimitives.Max(values) > 1 + Slack;

    /// <summary>Labels [1,H,W], [1,1,H,W] or [1,H,W,1]; their confidence is unknown and taken as full.</summary>
    private void TakeLabels(OrtValue output, Mat labels, Mat confidence)
    {
        OrtTensorTypeAndShapeInfo info = output.GetTensorTypeAndShape();
        (_, int h, int w) = MapsOf(info, labels.Size());
        byte[] small = info.ElementDataType switch
        {
            TensorElementType.Int64 => [.. output.GetTensorDataAsSpan<long>().ToArray().Select(Label)],
            TensorElementType.Int32 => [.. output.GetTensorDataAsSpan<int>().ToArray().Select(Label)],
            _ => output.GetTensorDataAsSpan<byte>().ToArray(),
        };
        using Mat map = Mat.FromPixelData(h, w, MatType.CV_8UC1, small);
        LabelMap.Resize(map, labels, labels.Size());
        confidence.SetTo(Scalar.White);
    }

    /// <summary>A label as a byte; what no class can have, such as −1 for void, is unlabelled.</summary>
    private static byte Label(long label) => label is >= 0 and < NetworkFrame.Unlabelled ? (byte)label : NetworkFrame.Unlabelled;

    private static byte Label(int label) => Label((long)label);

    private ReadOnlySpan<float> Channel(ReadOnlySpan<float> values, int c, int channels, int area)
    {
        if (!model.Nhwc || channels == 1) return values.Slice(c * area, area);
        if (_plane.Length != area) _plane = new float[area];
        for (int i = 0; i < area; i++) _plane[i] = values[(i * channels) + c];
        return _plane;
    }

    private static unsafe ReadOnlySpan<float> Enlarged(ReadOnlySpan<float> plane, int h, int w, Size size, Mat large)
    {
        if (size.Height == h && size.Width == w) return plane;
        fixed (float* p = plane)
        {
            using Mat small = Mat.FromPixelData(h, w, MatType.CV_32FC1, (nint)p);
            Cv2.Resize(small, large, size);
            return large.AsSpan<float>();
        }
    }

    private static byte Byte(float probability) => (byte)Math.Clamp((probability * 255) + 0.5f, 0, 255);
}
