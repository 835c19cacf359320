using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Core.Onnx.ThirdParty;

/// <summary>How an image enters a third-party model.</summary>
/// <param name="Name">Name of the float input, [1,3,H,W] or [1,H,W,3].</param>
/// <param name="Nhwc">Channels last, in and out.</param>
/// <param name="Size">Working size in pixels.</param>
/// <param name="TakesOneSize">Whether it takes images of this size only.</param>
/// <param name="Fit">How frames are fitted to it.</param>
/// <param name="Scaling">How pixels are normalised.</param>
internal sealed record ThirdPartyInput(
    string Name, bool Nhwc, (int Width, int Height) Size, bool TakesOneSize, Fit Fit, InputScaling Scaling)
{
    /// <param name="tensors">The model's.</param>
    /// <param name="hints">What they leave open.</param>
    /// <param name="requested">Working size of the command line, if it gives one.</param>
    /// <exception cref="UserError">Something stays unclear or contradicts the model.</exception>
    public static ThirdPartyInput Read(ModelTensors tensors, ModelHints hints, (int Width, int Height)? requested)
    {
        if (tensors.Inputs.Count != 1) throw tensors.Unclear("a segmentation model has one input, an image");
        (string name, NodeMetadata image) = tensors.Inputs.First();
        int[] d = image.Dimensions;
        if (image.ElementDataType == TensorElementType.Float16)
            throw tensors.Halves(name);
        if (image.ElementDataType != TensorElementType.Float || d.Length != 4)
            throw tensors.Unclear("its input is not a float image of four dimensions");
        if (d[0] > 1) throw new UserError($"{tensors.Path}: its input takes {d[0]} images at once: export it with a batch of 1");
        bool nhwc = IsNhwc(tensors, hints.Layout, d);
        if ((nhwc ? d[3] : d[1]) is > 0 and not 3 and int channels)
            throw tensors.Unclear($"layout {(nhwc ? "nhwc" : "nchw")}: its input would have {channels} channels, where images have 3");
        (int height, int width) = nhwc ? (d[1], d[2]) : (d[2], d[3]);
        InputScaling scaling = new(
            InputScaling.IsRgb(hints.Color ?? "rgb"),
            Three("mean", hints.Mean) ?? InputScaling.ImageNet.Mean,
            Deviation(hints.Std) ?? InputScaling.ImageNet.Deviation);
        Fit? fit = hints.Fit is { } text ? FrameGeometry.ParseFit(text) : null;
        if (width > 0 && height > 0)
        {
            CheckFixed(tensors.Path, (width, height), fit, requested);
            return new ThirdPartyInput(name, nhwc, (width, height), TakesOneSize: true, fit ?? Fit.Stretch, scaling);
        }

        (int, int)? size = requested ?? (hints.Size is { } given ? Parse.Size("size", given) : null);
        return size is { } any
            ? new ThirdPartyInput(name, nhwc, any, TakesOneSize: false, fit ?? Fit.Keep, scaling)
            : throw tensors.Unclear("its input has no fixed size: add --size, such as --size 512x512");
    }

    private static bool IsNhwc(ModelTensors tensors, string? layout, int[] dimensions) => layout?.ToLowerInvariant() switch
    {
        "nchw" => false,
        "nhwc" => true,
        null when dimensions[1] == 3 => false,
        null when dimensions[3] == 3 => true,
        null => throw tensors.Unclear("neither its second nor its last dimension is 3, so the layout is unclear"),
        string other => throw new UserError($"--layout {other}: choose nchw or nhwc"),
    };

    private static void CheckFixed(string path, (int Width, int Height) size, Fit? fit, (int Width, int Height)? requested)
    {
        if (fit == Fit.Keep)
            throw new UserError($"fit keep: {path} takes {size.Width}×{size.Height} only; choose stretch, letterbox or crop");
        if (requested is { } other && other != size)
            throw new UserError($"--size {other.Width}x{other.Height}: {path} takes {size.Width}×{size.Height} only");
    }

    private static float[]? Deviation(float[]? values) => Three("std", values) is not { } three || Array.TrueForAll(three, v => v > 0)
        ? Three("std", values)
        : throw new UserError("std: give one number or three above 0");

    private static float[]? Three(string name, float[]? values) => values switch
    {
        null or { Length: 3 } => values,
        [float all] => [all, all, all],
        _ => throw new UserError($"{name}: give one number or three in 0–255"),
    };
}
