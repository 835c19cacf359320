using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Inference.ThirdParty;

/// <summary>Runs a <see cref="ThirdPartyModel"/>: normalises the picture, enlarges the scores to it and decides, which the program's own models do in their graph.</summary>
internal sealed class ThirdPartyRunner(InferenceSession session, ThirdPartyModel model)
{
    private const double HalfSure = 0.5;
    private float[] _input = [], _plane = [], _best = [], _sum = [];

    /// <param name="picture">8-bit BGR at the network's size.</param>
    /// <param name="labels">The same size, 8-bit; filled.</param>
    /// <param name="confidence">Likewise.</param>
    /// <param name="run">Options of the run.</param>
    public void Run(Mat picture, Mat labels, Mat confidence, RunOptions run)
    {
        int h = picture.Height, w = picture.Width;
        Normalise(picture);
        long[] shape = model.Nhwc ? [1, h, w, 3] : [1, 3, h, w];
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(_input, shape);
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, [model.Input], [input], [model.Output]);
        long[] given = outputs[0].GetTensorTypeAndShape().Shape;
        if (model.Kind == ThirdPartyModel.LabelMap) TakeLabels(outputs[0], given, labels, confidence);
        else Decide(outputs[0].GetTensorDataAsSpan<float>(), given, labels, confidence);
    }

    private void Normalise(Mat picture)
    {
        ReadOnlySpan<byte> bgr = picture.AsSpan<byte>();
        int area = bgr.Length / 3;
        if (_input.Length != bgr.Length) _input = new float[bgr.Length];
        for (int c = 0; c < 3; c++)
        {
            int from = model.Rgb ? 2 - c : c, step = model.Nhwc ? 3 : 1, at = model.Nhwc ? c : c * area;
            float mean = model.Mean[c], factor = 1 / model.Std[c];
            for (int i = 0; i < area; i++, at += step) _input[at] = (bgr[(i * 3) + from] - mean) * factor;
        }
    }

    /// <summary>Channel after channel, enlarged to the picture: the winner so far, and the sum that its probability is a share of.</summary>
    private void Decide(ReadOnlySpan<float> scores, long[] shape, Mat labels, Mat confidence)
    {
        bool flat = shape.Length == 3;
        int channels = flat ? 1 : (int)(model.Nhwc ? shape[3] : shape[1]), h = (int)(flat || model.Nhwc ? shape[1] : shape[2]), w = (int)(flat || model.Nhwc ? shape[2] : shape[3]);
        Span<byte> label = labels.AsSpan<byte>(), sure = confidence.AsSpan<byte>();
        if (_best.Length != label.Length) (_best, _sum) = (new float[label.Length], new float[label.Length]);
        _best.AsSpan().Fill(float.NegativeInfinity);
        _sum.AsSpan().Clear();
        using Mat large = new();
        for (int c = 0; c < channels; c++)
        {
            ReadOnlySpan<float> plane = Enlarged(Channel(scores, c, channels, h * w), h, w, labels.Size(), large);
            if (model.Kind == ThirdPartyModel.Matte)
            {
                TakeMatte(plane, label, sure);
                return;
            }

            for (int i = 0; i < label.Length; i++)
            {
                float s = plane[i];
                if (s > _best[i])
                {
                    // A running softmax: the sum is kept relative to the best score so far.
                    _sum[i] = model.Kind == ThirdPartyModel.Logits ? (_sum[i] * MathF.Exp(_best[i] - s)) + 1 : 1;
                    (_best[i], label[i]) = (s, (byte)c);
                }
                else if (model.Kind == ThirdPartyModel.Logits)
                {
                    _sum[i] += MathF.Exp(s - _best[i]);
                }
            }
        }

        for (int i = 0; i < sure.Length; i++) sure[i] = Byte(model.Kind == ThirdPartyModel.Logits ? 1 / _sum[i] : _best[i]);
    }

    /// <summary>One channel: how much of the pixel is foreground; a sigmoid first where the values are no probabilities.</summary>
    private static void TakeMatte(ReadOnlySpan<float> matte, Span<byte> label, Span<byte> sure)
    {
        bool logits = TensorPrimitives.Min(matte) < -0.01f || TensorPrimitives.Max(matte) > 1.01f;
        for (int i = 0; i < label.Length; i++)
        {
            double p = logits ? 1 / (1 + Math.Exp(-matte[i])) : matte[i];
            label[i] = (byte)(p >= HalfSure ? 1 : 0);
            sure[i] = Byte((float)Math.Max(p, 1 - p));
        }
    }

    private static unsafe void TakeLabels(OrtValue output, long[] shape, Mat labels, Mat confidence)
    {
        int h = (int)shape[^2], w = (int)shape[^1];
        if (shape.Length == 4 && shape[3] == 1) (h, w) = ((int)shape[1], (int)shape[2]);
        byte[] small = output.GetTensorTypeAndShape().ElementDataType switch
        {
            Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64 => [.. output.GetTensorDataAsSpan<long>().ToArray().Select(v => (byte)v)],
            Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int32 => [.. output.GetTensorDataAsSpan<int>().ToArray().Select(v => (byte)v)],
            _ => output.GetTensorDataAsSpan<byte>().ToArray(),
        };
        using Mat map = Mat.FromPixelData(h, w, MatType.CV_8UC1, small);
        LabelMap.Resize(map, labels, labels.Size());
        confidence.SetTo(Scalar.White); // it does not say how sure it is
    }

    private ReadOnlySpan<float> Channel(ReadOnlySpan<float> scores, int c, int channels, int area)
    {
        if (!model.Nhwc || channels == 1) return scores.Slice(c * area, area);
        if (_plane.Length != area) _plane = new float[area];
        for (int i = 0; i < area; i++) _plane[i] = scores[(i * channels) + c];
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
