using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>DeconvNet over the body of a trained network.</summary>
public sealed class DeconvEncoderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder["mobile.onnx"];

    public void Dispose() => _folder.Dispose();

    /// <summary>The body has 8, 12 and 16 channels at strides 2, 4 and 8, the compact plan more: twice as many, by their minima.</summary>
    [Fact]
    public void A_mirror_over_a_body_has_a_level_for_each_stride_and_the_bodys_own_weights()
    {
        ClassifierFile.WriteMobile(File, MobileHead.Dense);
        Parameter[] mirror = [.. InferenceGraph.Declared(NetworkNames.Parse("deconvnet", File, 3))];
        Assert.Equal(
            "deconv.fc6 128→32, deconv3.1 32→24, deconv2.1 24→16, deconv1.1 16→16",
            string.Join(", ", mirror.Where(p => p.Kind == ParameterKind.Weight && p.Name.StartsWith("deconv", StringComparison.Ordinal))
                .Where(p => !p.Name.Contains("block", StringComparison.Ordinal))
                .Select(p => $"{p.Name[..^".weight".Length]} {p.Shape[1]}→{p.Shape[0]}")));

        static string Body(IEnumerable<Parameter> all) => string.Join(", ", all.Where(p => p.InBody).Select(p => $"{p.Name} {p.Shape}"));
        Assert.NotEmpty(Body(mirror));
        Assert.Equal(Body(InferenceGraph.Declared(NetworkNames.Parse("fcn4s", File, 3))), Body(mirror)); // so that --from an FCN fits
    }

    /// <summary>A map of fewer channels than the mirror has is pooled with its negative behind it: the places of its minima.</summary>
    [Fact]
    public void Switches_of_a_narrow_level_are_those_of_its_maxima_and_then_its_minima()
    {
        ClassifierFile.WriteMobile(File, MobileHead.Dense);
        DeconvNet net = (DeconvNet)NetworkNames.Parse("deconvnet", File, 3);
        GraphBuilder g = new();
        Value frame = g.Input("frame", ElementType.UInt8, new Shape(1, 64, 96, 3));
        Dictionary<string, float[]> weights = InferenceGraph.Declared(net)
            .ToDictionary(p => p.Name, p => p.Initial(3), StringComparer.Ordinal);
        Value pooled = net.Encoder.Encode(new InferenceLayers(g, weights), frame).Pools[0].Pooled;
        Assert.Equal([1, 16, 32, 48], pooled.Shape.ToArray()); // the file has 8 channels there

        byte[] noise = new byte[64 * 96 * 3];
        new Random(7).NextBytes(noise);
        float[] values = Ort.Run(g, [pooled], new Dictionary<string, Array>(StringComparer.Ordinal) { ["frame"] = noise })[0];
        Assert.True(values.Distinct().Count() > 100, "a map that is the same everywhere proves nothing");
        Assert.Equal(values[..(values.Length / 2)].Select(v => -v), values[(values.Length / 2)..]);
    }
}
