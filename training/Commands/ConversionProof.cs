using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Networks.Classifiers;

namespace RealtimeSeg.Training.Commands;

/// <summary>
/// Compares the convolutional form of a classifier with its file on a random image: the same output at the classifier's own size, a
/// map of outputs on a larger image.
/// </summary>
internal static class ConversionProof
{
    /// <summary>Pixels that the larger image has more.</summary>
    private const int Larger = 64;

    /// <summary>Largest difference, as a share of the largest output.</summary>
    private const float Tolerance = 1e-3f;

    private const string Converted = "the converted network";

    /// <summary>Prints what was compared.</summary>
    /// <exception cref="UserError">The outputs differ: the file was not understood.</exception>
    public static void Check(string file, Classifier classifier)
    {
        int side = (int)classifier.Side;
        byte[] convolutional = ClassifierGraph.Convolutional(classifier, classifier.Weights!);
        float[] expected = Run(File.ReadAllBytes(file), file, side).Values;
        float[] converted = Run(convolutional, Converted, side).Values;
        bool probabilities = expected.All(v => v is >= 0 and <= 1) && Math.Abs(expected.Sum() - 1) < 1e-3;
        if (probabilities) converted = Softmax(converted);
        if (converted.Length != expected.Length)
        {
            throw new UserError($"{file} has {expected.Length} outputs, its convolutional form {converted.Length}: "
                + "convert a classifier that ends with its last layer or a softmax");
        }

        float largest = expected.Zip(converted, (a, b) => Math.Abs(a - b)).Max(), scale = expected.Max(Math.Abs);
        PrintLayers(classifier);
        string what = probabilities ? "probabilities" : "scores";
        Print($"at {side}×{side}: {what} differ by {largest:G3} at most (the largest is {scale:G3})");
        if (!(largest <= Tolerance * Math.Max(scale, 1e-6f)))
            throw new UserError($"{file}: the convolutional form differs by {largest}: a layer was misread, please report it");
        long[] map = Run(convolutional, Converted, side + Larger).Shape;
        Print($"at {side + Larger}×{side + Larger}: a map of {map[^2]}×{map[^1]} scores per class");
    }

    private static void PrintLayers(Classifier classifier)
    {
        DenseLayer[] dense = [.. classifier.Layers.OfType<DenseLayer>()];
        string kernels = string.Join(", ", dense.Select(d => $"{d.Kernel}×{d.Kernel}"));
        Print($"{classifier.Layers.OfType<ConvLayer>().Count()} convolutions, {dense.Length} dense layers now convolutions of {kernels}");
    }

    /// <summary>The output on a fixed random image.</summary>
    private static (float[] Values, long[] Shape) Run(byte[] model, string name, int side)
    {
        float[] image = new float[3 * side * side];
        Random random = new(1);
        foreach (ref float v in image.AsSpan()) v = (2 * random.NextSingle()) - 1;
        try
        {
            using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            using InferenceSession session = new(model, options);
            using RunOptions run = new();
            using OrtValue input = OrtValue.CreateTensorValueFromMemory(image, [1, 3, side, side]);
            using IDisposableReadOnlyCollection<OrtValue> result = session.Run(
                run, [session.InputNames[0]], [input], [session.OutputNames[0]]);
            return (result[0].GetTensorDataAsSpan<float>().ToArray(), result[0].GetTensorTypeAndShape().Shape);
        }
        catch (OnnxRuntimeException e)
        {
            throw new UserError(
                $"{name} cannot be run on an image of {side}×{side} ({UserError.OneLine(e)}): convert a classifier of such images", e);
        }
    }

    private static float[] Softmax(float[] logits)
    {
        float most = logits.Max(), sum = logits.Sum(s => MathF.Exp(s - most));
        return [.. logits.Select(s => MathF.Exp(s - most) / sum)];
    }

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
