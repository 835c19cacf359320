using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary><c>info</c> on models that cannot be run as they are.</summary>
public sealed class InfoTests
{
    [Fact]
    public void What_is_known_of_a_model_of_open_size_is_told()
    {
        using TemporaryFolder folder = new();
        GraphBuilder g = new();
        Value x = g.Input("image", ElementType.Float, new Shape(1, 3, Shape.Dynamic, Shape.Dynamic));
        File.WriteAllBytes(folder["m.onnx"], OnnxWriter.Write(g, [g.Rename(Relu.Emit(g, x), "scores")]));
        (int code, string text) = Info(folder["m.onnx"]);
        Assert.Equal(0, code);
        foreach (string part in new[] { "image: float [1, 3, ", "scores: float", "1 Relu", "no fixed size", "--size" })
            Assert.Contains(part, text, StringComparison.Ordinal);
        (code, text) = Info(folder["m.onnx"], "--size", "96x64");
        Assert.Equal(0, code);
        Assert.Contains("96×64", text, StringComparison.Ordinal);
        Assert.DoesNotContain("to run it", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_model_is_refused()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["text.onnx"], "no model");
        foreach (string name in new[] { "text.onnx", "none.onnx" })
        {
            (int code, string error) = InProcess.App("info", folder[name]);
            Assert.Equal(2, code);
            Assert.Contains(name, Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        }
    }

    /// <summary>Exit code and what is printed.</summary>
    private static (int Code, string Text) Info(params string[] arguments)
    {
        TextWriter before = Console.Out;
        using StringWriter text = new();
        Console.SetOut(text);
        try
        {
            (int code, string error) = InProcess.App(["info", .. arguments]);
            return (code, text + error);
        }
        finally
        {
            Console.SetOut(before);
        }
    }
}
