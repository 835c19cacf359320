using Microsoft.ML.OnnxRuntime;

namespace RealtimeSeg.Core.Onnx.ThirdParty;

/// <summary>A model's declared inputs and outputs, and the error that lists them.</summary>
/// <param name="Path">The model's file.</param>
/// <param name="Inputs">By name.</param>
/// <param name="Outputs">By name.</param>
internal sealed record ModelTensors(
    string Path, IReadOnlyDictionary<string, NodeMetadata> Inputs, IReadOnlyDictionary<string, NodeMetadata> Outputs)
{
    private const string Options = "--layout, --mean, --std, --color, --labels, --size";

    /// <summary>Something that neither the model nor a hint determines.</summary>
    public UserError Unclear(string what)
    {
        string sidecar = System.IO.Path.ChangeExtension(System.IO.Path.GetFileName(Path), ".json");
        return new($"{Path}: {what} (inputs {Describe(Inputs)}; outputs {Describe(Outputs)}); specify it in {sidecar} or with {Options}");
    }

    /// <summary>A tensor of 16-bit floats where an image goes in or scores come out.</summary>
    public UserError Halves(string tensor) => new(
        $"{Path}: {tensor} is in 16-bit floats: convert the model so that inputs and outputs stay in 32 bits (keep_io_types=True)");

    private static string Describe(IReadOnlyDictionary<string, NodeMetadata> tensors)
        => string.Join(", ", tensors.Select(t => $"{t.Key} {t.Value.ElementDataType}[{string.Join(',', t.Value.Dimensions)}]"));
}
