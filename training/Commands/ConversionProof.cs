using System.Globalization;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Networks.Classifiers;

namespace RealtimeSeg.Training.Commands;

/// <summary>
/// Compares what was read of a file with the file itself, both run by ONNX Runtime on a random image: a classifier's scores at its own
/// size, with a map of them on a larger image, and the features at the end of the body.
/// </summary>
internal static class ConversionProof
{
    /// <summary>Pixels that the larger image has more.</summary>
    private const int Larger = 64;

    /// <summary>Largest difference, as a share of the largest output.</summary>
    private const float Tolerance = 1e-3f;

    private const string Converted = "the converted network";

    /// <summary>Prints what was compared.</summary>
    /// <param name="file">The file.</param>
    /// <param name="classifier">What was read of it.</param>
    /// <param name="input">The scaling that it expects.</param>
    /// <exception cref="UserError">The outputs differ: the file was not understood.</exception>
    public static void Check(string file, Classifier classifier, InputScaling input)
    {
        PrintLayers(classifier);
        OnnxFile read = OnnxFile.Read(file);
        if (classifier.HasScores) CheckScores(read, classifier, input);
        CheckFeatures(read, classifier, input);
    }

    private static void CheckScores(OnnxFile file, Classifier classifier, InputScaling input)
    {
        int side = (int)classifier.Side;
        byte[] convolutional = ClassifierGraph.Convolutional(classifier, classifier.Weights!);
        float[] expected = Run(file.Model.ToByteArray(), file.Path, side, input).Values;
        float[] converted = Run(convolutional, Converted, side, input).Values;
        bool probabilities = expected.All(v => v is >= 0 and <= 1) && Math.Abs(expected.Sum() - 1) < 1e-3;
        if (probabilities) converted = Softmax(converted);
        Compare(file.Path, probabilities ? "probabilities" : "scores", $"{side}×{side}", expected, converted);
        long[] map = Run(convolutional, Converted, side + Larger, input).Shape;
        Print($"at {side + Larger}×{side + Larger}: a map of {map[^2]}×{map[^1]} scores per class");
    }

    /// <summary>In the form that the FCN has; if that pads more than the file does, in the exact one.</summary>
    private static void CheckFeatures(OnnxFile file, Classifier classifier, InputScaling input)
    {
        int side = (int)classifier.Side;
        string[] widened = [.. Convolutionalized.Widened(classifier).Select(name => name[Classifier.FilePrefix.Length..])];
        byte[] aligned = ClassifierGraph.Body(classifier, classifier.Weights!);
        bool isSame = widened.Length == 0 && side % Nn.FrameInput.Multiple == 0;
        byte[] body = isSame ? aligned : ClassifierGraph.Convolutional(classifier.BodyAlone, classifier.Weights!);
        float[] expected = Run(WithOutput(file, classifier.Tensor), file.Path, side, input).Values;
        (float[] values, long[] shape) = Run(body, Converted, side, input);
        Compare(file.Path, $"features '{classifier.Tensor}', {shape[1]} of {shape[2]}×{shape[3]},", $"{side}×{side}", expected, values);
        if (widened.Length > 0) Print($"padded more, so that maps are the image's size over their stride: {string.Join(", ", widened)}");
    }

    private static void Compare(string file, string what, string size, float[] expected, float[] converted)
    {
        if (converted.Length != expected.Length)
        {
            throw new UserError($"{file} has {expected.Length} {what}, its convolutional form {converted.Length}: "
                + "convert a classifier that ends with its last layer or a softmax, or name --features");
        }

        float largest = expected.Zip(converted, (a, b) => Math.Abs(a - b)).Max(), scale = expected.Max(Math.Abs);
        Print($"at {size}: {what} differ by {largest:G3} at most (the largest is {scale:G3})");
        if (!(largest <= Tolerance * Math.Max(scale, 1e-6f)))
            throw new UserError($"{file}: the convolutional form differs by {largest}: a layer was misread, please report it");
    }

    private static void PrintLayers(Classifier classifier)
    {
        DenseLayer[] dense = [.. classifier.Layers.OfType<DenseLayer>()];
        string kernels = string.Join(", ", dense.Select(d => $"{d.Kernel}×{d.Kernel}"));
        string now = dense.Length == 0 ? "" : $" now convolutions of {kernels}";
        Print($"{classifier.Layers.OfType<ConvLayer>().Count()} convolutions, {dense.Length} dense layers{now}");
    }

    /// <summary>The file with a tensor as its one output.</summary>
    internal static byte[] WithOutput(OnnxFile file, string tensor)
    {
        ModelProto model = file.Model.Clone();
        model.Graph.Output.Clear();
        model.Graph.Output.Add(new ValueInfoProto
        {
            Name = tensor,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)ElementType.Float } },
        });
        return model.ToByteArray();
    }

    /// <summary>The output on a fixed random image.</summary>
    private static (float[] Values, long[] Shape) Run(byte[] model, string name, int side, InputScaling input)
    {
        float[] image = Image(side, input);
        try
        {
            using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            using InferenceSession session = new(model, options);
            using RunOptions run = new();
            using OrtValue picture = OrtValue.CreateTensorValueFromMemory(image, [1, 3, side, side]);
            using IDisposableReadOnlyCollection<OrtValue> result = session.Run(
                run, [session.InputNames[0]], [picture], [session.OutputNames[0]]);
            return (result[0].GetTensorDataAsSpan<float>().ToArray(), result[0].GetTensorTypeAndShape().Shape);
        }
        catch (OnnxRuntimeException e)
        {
            throw new UserError(
                $"{name} cannot be run on an image of {side}×{side} ({UserError.OneLine(e)}): convert a network of such images", e);
        }
    }

    /// <summary>Random pixels, scaled as the file expects them.</summary>
    private static float[] Image(int side, InputScaling input)
    {
        Random random = new(1);
        float[] image = new float[3 * side * side];
        for (int i = 0; i < image.Length; i++)
        {
            int channel = i / (side * side);
            image[i] = ((random.NextSingle() * 255) - input.Mean[channel]) / input.Deviation[channel];
        }

        return image;
    }

    private static float[] Softmax(float[] logits)
    {
        float most = logits.Max(), sum = logits.Sum(s => MathF.Exp(s - most));
        return [.. logits.Select(s => MathF.Exp(s - most) / sum)];
    }

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
