using System.CommandLine;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Networks.Classifiers;

namespace RealtimeSeg.Training.Commands;

/// <summary><c>convert</c>: a classifier's file becomes a fully convolutional network (FCN paper, section 3.1), with proof.</summary>
internal static class ConvertCommand
{
    private const int Larger = 64;
    private const float Tolerance = 1e-3f;

    public static Command Create()
    {
        Argument<string> from = new("classifier") { Description = "A classifier's .onnx file" };
        Argument<string> to = new("model") { Description = "The .onnx file to write" };
        Option<int> classes = new("--classes") { Description = "Classes of the new network", DefaultValueFactory = _ => 21 };
        Option<string> net = new("--net") { Description = string.Join(", ", Fcn.Strides.Keys), DefaultValueFactory = _ => "fcn8s" };
        Option<int> seed = new("--seed") { Description = "Seed of the new score layers", DefaultValueFactory = _ => 1 };
        Command c = new("convert", "Turn a classifier into a fully convolutional network.") { from, to, classes, net, seed, TrainOptions.Color, TrainOptions.Mean, TrainOptions.Spread };
        c.SetAction(p =>
        {
            InputScaling input = InputScaling.Parse(p.GetValue(TrainOptions.Color)!, p.GetValue(TrainOptions.Mean), p.GetValue(TrainOptions.Spread));
            Run(p.GetValue(from)!, p.GetValue(to)!, p.GetValue(classes), p.GetValue(net)!, p.GetValue(seed), input);
            return 0;
        });
        return c;
    }

    private static void Run(string from, string to, int classes, string net, int seed, InputScaling input)
    {
        Classifier classifier = OnnxClassifier.Load(from);
        if (!Fcn.Strides.TryGetValue(net, out int stride)) throw new UserError($"no network '{net}': choose one of {string.Join(", ", Fcn.Strides.Keys)}");
        if (classes is < 2 or > 255) throw new UserError($"--classes {classes}: a label is one byte and 255 is ignored, so choose 2 to 255");
        Prove(from, classifier);
        Fcn fcn = new(stride, classes, Backbone.Of(Path.GetFileNameWithoutExtension(from), classifier, input));
        ModelManifest m = Exporter.Random(fcn, $"{net}-{fcn.Backbone.Name}", seed, to);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{to}: {m.Network}, {m.Parameters:N0} parameters, {classes} classes, {new FileInfo(to).Length / 1e6:F1} MB; its score layers are untrained"));
        Console.WriteLine($"train it: ./run.sh train --net {net} --backbone {from} --data DIR --out runs/NAME");
    }

    /// <summary>The convolutional form beside the file itself: the same scores at its own size, a map of them on a larger picture.</summary>
    private static void Prove(string file, Classifier classifier)
    {
        byte[] convolutional = ClassifierGraph.Convolutional(classifier, classifier.Weights!);
        (float[] expected, _) = Scores(File.ReadAllBytes(file), file, (int)classifier.Side);
        (float[] got, long[] shape) = Scores(convolutional, "the converted network", (int)classifier.Side);
        bool probabilities = expected.All(v => v is >= 0 and <= 1) && Math.Abs(expected.Sum() - 1) < 1e-3;
        if (probabilities) got = Softmax(got);
        if (got.Length != expected.Length) throw new UserError($"{file} gives {expected.Length} scores, its convolutional form {got.Length}: it does something after its last layer that is not understood");
        float largest = expected.Zip(got, (a, b) => Math.Abs(a - b)).Max(), scale = expected.Max(Math.Abs);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{classifier.Layers.OfType<ConvLayer>().Count()} convolutions, {classifier.Layers.OfType<DenseLayer>().Count()} dense layers now convolutions of {string.Join(", ", classifier.Layers.OfType<DenseLayer>().Select(d => $"{d.Kernel}×{d.Kernel}"))}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"at {classifier.Side}×{classifier.Side}: {(probabilities ? "probabilities" : "scores")} differ by {largest:G3} at most (the largest is {scale:G3})"));
        if (!(largest <= Tolerance * Math.Max(scale, 1e-6f))) throw new UserError($"{file}: the convolutional form gives other scores than the file (by {largest}): it holds something that was read wrongly");
        (_, shape) = Scores(convolutional, "the converted network", (int)classifier.Side + Larger);
        Console.WriteLine($"at {classifier.Side + Larger}×{classifier.Side + Larger}: a map of {shape[^2]}×{shape[^1]} scores a class");
    }

    /// <summary>Scores on a fixed random picture.</summary>
    private static (float[] Scores, long[] Shape) Scores(byte[] model, string name, int side)
    {
        float[] picture = new float[3 * side * side];
        Random random = new(1);
        foreach (ref float v in picture.AsSpan()) v = (2 * random.NextSingle()) - 1;
        try
        {
            using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            using InferenceSession session = new(model, options);
            using RunOptions run = new();
            using OrtValue input = OrtValue.CreateTensorValueFromMemory(picture, [1, 3, side, side]);
            using IDisposableReadOnlyCollection<OrtValue> result = session.Run(run, [session.InputNames[0]], [input], [session.OutputNames[0]]);
            return (result[0].GetTensorDataAsSpan<float>().ToArray(), result[0].GetTensorTypeAndShape().Shape);
        }
        catch (OnnxRuntimeException e)
        {
            throw new UserError($"{name} cannot be run on a picture of {side}×{side} ({UserError.OneLine(e)})", e);
        }
    }

    private static float[] Softmax(float[] scores)
    {
        float most = scores.Max(), sum = scores.Sum(s => MathF.Exp(s - most));
        return [.. scores.Select(s => MathF.Exp(s - most) / sum)];
    }
}
