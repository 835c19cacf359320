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

    /// <summary>How much wider or taller than the image its map may be: paddings and crops change the aspect a little.</summary>
    private const double MostDistorted = 1.5;

    /// <param name="tensors">The model's.</param>
    /// <param name="input">How an image goes in.</param>
    /// <param name="hints">What they leave open.</param>
    /// <exception cref="UserError">Something stays unclear.</exception>
    public static ThirdPartyOutput Read(ModelTensors tensors, ThirdPartyInput input, ModelHints hints)
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
        bool last = integers ? d[^1] == 1 : input.Nhwc;
        (int height, int width) = d.Length == 4 && !last ? (d[2], d[3]) : (d[1], d[2]);
        if (input.TakesOneSize && !IsMap(width, height, input.Size))
            throw NoMap($"{tensors.Path}: its output {name}", string.Join(',', d), input.Size);
        int channels = integers || d.Length == 3 ? 1 : input.Nhwc ? d[^1] : d[1];
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

    /// <summary>Whether a map of these sides can be one of an image, as lists of boxes cannot; unknown sides may be anything.</summary>
    public static bool IsMap(long width, long height, (int Width, int Height) image)
    {
        if (width <= 0 || height <= 0) return true;
        bool isWider = width * image.Height > MostDistorted * (height + 1) * image.Width; // + 1: a small map's sides are rounded
        return !isWider && height * image.Width <= MostDistorted * (width + 1) * image.Height;
    }

    /// <summary>What comes out is no map of the image that goes in.</summary>
    /// <param name="output">What to call it in the message.</param>
    /// <param name="shape">Its dimensions.</param>
    /// <param name="image">The image's size in pixels.</param>
    public static UserError NoMap(string output, string shape, (int Width, int Height) image)
        => new($"{output} is [{shape}], no map of an image of {image.Width}×{image.Height}: name a model that segments images");
}
