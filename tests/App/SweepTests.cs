using RealtimeSeg.Commands;
using RealtimeSeg.Engine;
using RealtimeSeg.Inference;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary><c>--sweep</c>: which configurations it makes.</summary>
public sealed class SweepTests
{
    private static readonly PipelineSettings Plain = Mode.Bench.Defaults;

    /// <summary>The bundled network comes in two files, of which the faster one is taken unless one is named.</summary>
    [Fact]
    public void Models_are_measured_as_they_are_named()
    {
        Assert.Equal(Precision.Auto, Plain.Precision);
        Assert.All(Configurations("model=a.onnx,b/c.onnx"), c => Assert.Equal(Precision.AsNamed, c.Settings.Precision));
        Assert.Equal(
            [("a", "a.onnx"), ("c", "b/c.onnx")], Configurations("model=a.onnx,b/c.onnx").Select(c => (c.Name, c.Settings.Model)));
    }

    [Fact]
    public void Axes_make_their_product_of_different_values()
    {
        Assert.Equal(
            "float schedule inline, float schedule ahead, int8 schedule inline, int8 schedule ahead",
            string.Join(", ", Configurations("precision=float,int8", "schedule=inline,ahead,inline").Select(c => c.Name)));
        PipelineSettings last = Configurations("precision=float,int8", "schedule=inline,ahead")[^1].Settings;
        Assert.Equal((Precision.Int8, Schedule.Ahead), (last.Precision, last.Schedule));
        Assert.Equal([("provider gl", "gl"), ("provider cpu", "cpu")],
            Configurations("provider=gl,cpu").Select(c => (c.Name, c.Settings.Segmenter.Provider)));
    }

    /// <summary>As --threads does.</summary>
    [Theory]
    [InlineData("many", "give whole numbers")]
    [InlineData("100000", "this machine has ")]
    public void Numbers_of_threads_that_no_machine_can_use_are_refused(string threads, string says)
    {
        UserError e = Assert.Throws<UserError>(() => Configurations($"threads=1,{threads}"));
        Assert.Contains($"threads {threads}: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<(string Name, PipelineSettings Settings)> Configurations(params string[] axes)
        => Sweep.Product(Plain, axes);
}
