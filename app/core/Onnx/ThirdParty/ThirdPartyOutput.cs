using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace RealtimeSeg.Core.Onnx.ThirdParty;

/// <summary>What a third-party model returns: its first output.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Classes">Number of classes.</param>
internal sealed record ThirdPartyOutput(string Name, OutputKind Kind, int Classes)
{
    private const int MostClasses = 255;

    /// <param name="tensors">The model's.</param>
    /// <param name="nhwc">Whether channels come last.</param>
    /// <param name="hints">What they leave open.</param>
    /// <exception cref="UserError">Something stays unclear.</exception>
    public static ThirdPartyOutput Read(ModelTensors tensors, bool nhwc, ModelHints hints)
    {
        if (tensors.Outputs.Count == 0) throw tensors.Unclear("it has no output");
        (string name, NodeMetadata output) = tensors.Outputs.First();
        int[] d = output.Dimensions;
        bool integers = output.ElementDataType is TensorElementType.Int64 or TensorElementType.Int32 or TensorElementType.UInt8;
        if (output.ElementDataType == TensorElementType.Float16) throw tensors.Halves(name);
        if (!integers && output.ElementDataType != TensorElementType.Float)
            throw tensors.Unclear("its first output contains neither floats nor labels");
        if (d.Length == 2 && !integers)
        {
            throw new UserError(
                $"{tensors.Path} gives scores of whole images, as classifiers do: '{BuildInfo.Launcher} convert' makes an FCN of one");
        }

        if (d.Length is not (3 or 4)) throw tensors.Unclear("its first output has neither three nor four dimensions");
        int channels = integers || d.Length == 3 ? 1 : nhwc ? d[^1] : d[1];
        if (channels < 1 && hints.Labels is null) throw tensors.Unclear("the number of classes of its first output is unclear");
        OutputKind kind = hints.Output is { } text ? Parse.Name<OutputKind>("output", text)
            : integers ? OutputKind.Labels
            : channels == 1 ? OutputKind.Matte
            : OutputKind.Logits;
        if (kind == OutputKind.Labels != integers)
            throw tensors.Unclear($"its first output is {output.ElementDataType}, which cannot be {kind.ToString().ToLowerInvariant()}");
        int classes = kind switch
        {
            OutputKind.Matte => 2,
            OutputKind.Labels => hints.Labels?.Count ?? throw tensors.Unclear("it returns labels, but the number of classes is unclear"),
            _ => channels > 0 ? channels : hints.Labels!.Count,
        };
        return classes is >= 2 and <= MostClasses
            ? new ThirdPartyOutput(name, kind, classes)
            : throw tensors.Unclear($"{classes} classes: 2 to {MostClasses} can be shown");
    }
}
