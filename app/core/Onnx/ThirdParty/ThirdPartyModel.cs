using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Core.Onnx.ThirdParty;

/// <summary>A model that this program did not export, understood: how an image goes in and what comes out.</summary>
/// <param name="Input">Name of the float input.</param>
/// <param name="Output">Name of the output that is read.</param>
/// <param name="Nhwc">Channels last, in and out.</param>
/// <param name="Scaling">How pixels are normalised.</param>
/// <param name="Kind">What the output holds.</param>
/// <param name="TakesOneSize">Whether it takes images of its working size only.</param>
/// <param name="ClassSet">Whose class names were taken because their number is the model's; null if that was not necessary.</param>
public sealed record ThirdPartyModel(
    string Input, string Output, bool Nhwc, InputScaling Scaling, OutputKind Kind, bool TakesOneSize, string? ClassSet = null)
{
    /// <summary>
    /// Networks that halve and enlarge again, such as a U-Net, join maps that fit only if the sides are multiples of their stride; 32 is
    /// that of nearly all.
    /// </summary>
    public const int UsualStride = 32;

    private const string Network = "third-party model";

    /// <summary>How it is read, in a line for the user.</summary>
    public string Summary
    {
        get
        {
            string layout = Nhwc ? "NHWC" : "NCHW", order = Scaling.Rgb ? "RGB" : "BGR", kind = Kind.ToString().ToLowerInvariant();
            return $"{layout}, {order}, mean {Text(Scaling.Mean)}, deviation {Text(Scaling.Deviation)}, {kind}";
        }
    }

    /// <summary>Reads a model's inputs and outputs, with hints for what they leave open.</summary>
    /// <param name="session">The model.</param>
    /// <param name="path">Its file, for messages.</param>
    /// <param name="hints">From the command line and its sidecar.</param>
    /// <param name="size">Working size of the command line, if it gives one.</param>
    /// <exception cref="UserError">Something cannot be resolved; the message lists inputs and outputs.</exception>
    public static (ThirdPartyModel Model, ModelManifest Manifest) Resolve(
        InferenceSession session, string path, ModelHints hints, (int Width, int Height)? size)
    {
        ModelTensors tensors = new(path, session.InputMetadata, session.OutputMetadata);
        ThirdPartyInput input = ThirdPartyInput.Read(tensors, hints, size);
        ThirdPartyOutput output = ThirdPartyOutput.Read(tensors, input, hints);
        ThirdPartyClasses classes = ThirdPartyClasses.Read(path, output, hints);
        ThirdPartyModel model = new(input.Name, output.Name, input.Nhwc, input.Scaling, output.Kind, input.TakesOneSize, classes.Set);
        return (model, new ModelManifest
        {
            Classes = classes.Names,
            Palette = classes.Palette,
            Size = input.Size,
            Fit = input.Fit,
            Network = Network,
        });
    }

    private static string Text(float[] channels)
        => string.Join(' ', channels.Select(v => v.ToString("0.###", CultureInfo.InvariantCulture)));
}
