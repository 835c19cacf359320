using Google.Protobuf;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Inference;
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

    /// <summary>The reason is ONNX Runtime's, without the place in its source; the remedy is the same whatever would run it.</summary>
    [Theory]
    [InlineData("official support for domain ai.onnx is till opset", "export it with that opset or a lower one")]
    [InlineData("No Op registered for Relu with domain_version of", "export it with an opset that has this operator")]
    [InlineData("mine:Own(-1) is not a registered function/op", "export it without operators of its own")]
    public void A_file_that_ONNX_Runtime_does_not_load_is_told_with_a_remedy(string reason, string remedy)
    {
        using TemporaryFolder folder = new();
        GraphBuilder g = new();
        Value x = g.Input("image", ElementType.Float, new Shape(1, 3, 64, 96));
        ModelProto model = ModelProto.Parser.ParseFrom(OnnxWriter.Write(g, [g.Rename(Relu.Emit(g, x), "scores")]));
        OperatorSetIdProto opset = model.OpsetImport.Single(o => o.Domain.Length == 0);
        if (remedy.Contains("lower", StringComparison.Ordinal)) opset.Version = 99;
        if (remedy.Contains("this operator", StringComparison.Ordinal)) model.Graph.Node.Single().OpType = "Relu9";
        if (remedy.Contains("own", StringComparison.Ordinal)) SetOwn(model);
        reason = reason.Replace("Relu ", "Relu9 ", StringComparison.Ordinal);
        File.WriteAllBytes(folder["m.onnx"], model.ToByteArray());
        (int code, string text) = Info(folder["m.onnx"]);
        string joined = string.Join(' ', text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(0, code);
        string[] parts = [reason, remedy, "runs on nothing as it is"];
        Assert.All(parts, p => Assert.Contains(p, joined, StringComparison.Ordinal));
        Assert.DoesNotContain("/onnxruntime", text, StringComparison.Ordinal);
        Assert.Equal(Refusal("cpu"), Refusal("gl"));

        string Refusal(string provider)
            => Assert.Throws<UserError>(() => Segmenter.Load(folder["m.onnx"], new SegmenterOptions(provider), _ => { })).Message;

        static void SetOwn(ModelProto model)
        {
            (model.Graph.Node.Single().OpType, model.Graph.Node.Single().Domain) = ("Own", "mine");
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = "mine", Version = 1 });
        }
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
            Assert.DoesNotContain("--model", error, StringComparison.Ordinal); // which info does not have
        }
    }

    /// <summary>Exit code and what is printed.</summary>
    private static (int Code, string Text) Info(params string[] arguments) => InProcess.AppText(["info", .. arguments]);
}
