using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace RealtimeSeg.Tests.Network;

/// <summary>Whole networks by compute shaders against ONNX Runtime.</summary>
public sealed class WholeNetworkTests(ITestOutputHelper output)
{
    /// <summary>
    /// Against what the CPU provider runs: ONNX Runtime with its optimisations, whose kernels for quantised graphs add whole numbers, as
    /// shaders do. A code that is rounded otherwise, as sums of floats in another order are between such layers, is amplified from layer to
    /// layer: without its optimisations ONNX Runtime agrees with itself on 99.5 and 98.7 % of the pixels of the two street models.
    /// </summary>
    [Theory]
    [Trait("Set", "Slow")]
    [InlineData("street.onnx", 0.999)]
    [InlineData("street-int8.onnx", 0.998)]
    [InlineData("street-large.onnx", 0.997)]
    [InlineData("street-fast.onnx", 0.997)]
    [InlineData("street-deconvnet.onnx", 0.999)]
    [InlineData("person.onnx", 0.999)]
    [InlineData("person-fast.onnx", 0.998)]
    [InlineData("person-large.onnx", 0.998)]
    public void Shipped_models_label_as_ONNX_Runtime_does(string name, double least)
    {
        byte[] model = File.ReadAllBytes(Path.Combine(Repository.Root, "models", name));
        using Mat frame = Scene(new Size(250, 188)); // neither side a multiple of the network's stride
        using GlRunner gl = new();
        string[] outputs = ["labels", "confidence"];
        float[][] actual = gl.Run(model, frame, outputs);
        float[][] expected = GlRunner.Expected(model, frame, outputs, GraphOptimizationLevel.ORT_ENABLE_ALL);
        double equal = expected[0].Zip(actual[0], (x, y) => x == y ? 1.0 : 0).Average();
        double unsure = expected[1].Zip(actual[1], (x, y) => Math.Abs(x - y)).Average();
        output.WriteLine($"{gl.Plan.Steps.Count} steps, {gl.Plan.Steps.Sum(s => s.Flops) / 1e9:F2} GFLOP, {gl.Plan.Memory.Texels} texels");
        output.WriteLine($"equal labels {equal:P3}, confidence differs by {unsure:F4} of 255");
        Assert.InRange(expected[1].Distinct().Count(), 3, 256); // something to compare: person-fast is sure that nobody is there
        Assert.InRange(equal, least, 1);
        Assert.InRange(unsure, 0, 1000 * (1 - least));
    }

    /// <summary>Sums are made in 32 bits, and what is added to them has 32; what is stored in between has 16.</summary>
    [Theory]
    [Trait("Set", "Slow")]
    [InlineData("street.onnx", 0.995)]
    [InlineData("street-int8.onnx", 0.995)]
    [InlineData("street-large.onnx", 0.995)]
    [InlineData("street-fast.onnx", 0.995)]
    [InlineData("street-deconvnet.onnx", 0.995)]
    [InlineData("person.onnx", 0.995)]
    [InlineData("person-fast.onnx", 0.995)]
    [InlineData("person-large.onnx", 0.995)]
    public void Sixteen_bits_label_nearly_the_same(string name, double least)
    {
        byte[] model = File.ReadAllBytes(Path.Combine(Repository.Root, "models", name));
        using Mat frame = Scene(new Size(250, 188));
        using GlRunner gl = new(half: true);
        string[] outputs = ["labels", "confidence"];
        float[][] actual = gl.Run(model, frame, outputs);
        float[][] expected = GlRunner.Expected(model, frame, outputs, GraphOptimizationLevel.ORT_ENABLE_ALL);
        double equal = expected[0].Zip(actual[0], (x, y) => x == y ? 1.0 : 0).Average();
        output.WriteLine($"equal labels {equal:P3}");
        Assert.InRange(expected[1].Distinct().Count(), 3, 256); // something to compare: person-fast is sure that nobody is there
        Assert.InRange(equal, least, 1);
        Assert.False(expected[1].SequenceEqual(actual[1]), "16 bits are not used");
    }

    /// <summary>A moment of the toy street.</summary>
    private static Mat Scene(Size size)
    {
        using StreetSource street = new("synth://3", null);
        using Mat frame = new();
        for (int i = 0; i < 60; i++) street.Read(frame);
        return frame.Resize(size);
    }
}
