using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Network.Graphs;

/// <summary>Convolutions: dense, depthwise, in groups, transposed.</summary>
internal static class Convolutions
{
    /// <summary>X [1,I,H,W], kernels [O,I/groups,KH,KW], bias [O] → [1,O,H',W'].</summary>
    public static void Conv(NodeReader n)
    {
        (Map x, Constant kernels) = Operands(n);
        if (kernels.Dims.Length != 4) throw n.Cannot("it is not two-dimensional");
        n.Image(x);
        Window w = Windowed.Of(n, kernels.Dims[2], kernels.Dims[3], x.Shape);
        int groups = (int)n.Int("group", 1), channels = (int)kernels.Dims[0];
        if (kernels.Dims[1] * groups != x.Shape.Channels || channels % groups != 0) throw n.Cannot(Mismatch(kernels, x));
        Map y = Map.Of(channels, w.Cells(x.Shape.Height, 0), w.Cells(x.Shape.Width, 1));
        bool isDepthwise = groups == x.Shape.Channels && groups == channels;
        Step step = groups == 1 && ProductStep.Is(w) ? new ProductStep(y, x, kernels)
            : groups == 1 ? new ConvolutionStep(y, x, kernels, w)
            : isDepthwise ? new DepthwiseStep(y, x, kernels, w)
            : new Step("grouped", y, x)
            {
                Integers = [.. w.Numbers, ("groupIn", x.Shape.Channels / groups), ("groupOut", channels / groups)],
                Weights = [("kernels", Packed.Kernels(kernels, 1))],
                Loops = MapShape.BlockSize * kernels.Dims[1] * ((kernels.Dims[2] * kernels.Dims[3]) + 1),
                Flops = 2 * kernels.Length * y.Shape.Height * y.Shape.Width,
            };
        if (x.Unit == 1) AddBias(n, step);
        else AddScaled(n, step, x.Unit, n.Known(1).Quantized!.Scales);
    }

    /// <summary>X [1,I,H,W], kernels [I,O,KH,KW], bias [O] → [1,O,H',W'].</summary>
    public static void Transposed(NodeReader n)
    {
        Map x = n.Image(0);
        Constant kernels = n.Known(1);
        if (kernels.Dims.Length != 4 || kernels.Dims[0] != x.Shape.Channels) throw n.Cannot(Mismatch(kernels, x));
        if (n.Int("group", 1) != 1) throw n.Cannot("it has groups");
        if (n.Text("auto_pad", "NOTSET") != "NOTSET") throw n.Cannot("its padding is not given");
        Window w = Windowed.Of(n, kernels.Dims[2], kernels.Dims[3], x.Shape);
        long[] extra = n.Ints("output_padding", 0, 0);
        int Cells(int cells, int axis) => ((cells - 1) * w.Stride[axis]) + ((w.Kernel[axis] - 1) * w.Dilation[axis]) + 1
            - w.Before[axis] - w.After[axis] + (int)extra[axis];
        Map y = Map.Of((int)kernels.Dims[1], Cells(x.Shape.Height, 0), Cells(x.Shape.Width, 1));
        AddBias(n, new TransposedStep(y, x, kernels, w));
    }

    private static string Mismatch(Constant kernels, Map x)
        => $"its kernels [{string.Join(',', kernels.Dims)}] are none for {x.Shape.Channels} channels";

    /// <summary>What a convolution multiplies: codes if both operands have them, floats otherwise.</summary>
    private static (Map X, Constant Kernels) Operands(NodeReader n) => n.Known(1) is { Quantized: { } quantized } && n.RawMap(0).Unit != 1
        ? (n.RawMap(0), quantized.Codes)
        : (n.Map(0), n.Known(1));

    /// <summary>
    /// Adds the step of a convolution of codes: bias in codes if it has the products' scale, as ONNX's rule is, then the scale of each
    /// channel.
    /// </summary>
    private static void AddScaled(NodeReader n, Step step, float unit, Constant scales)
    {
        QuantizedConstant? bias = n.Has(2) ? n.Known(2).Quantized : null;
        CheckBias(n, step);
        bool inCodes = bias is not null && HasScale(bias.Scales.AsFloats, unit, scales.AsFloats);
        if (inCodes) step.Append(new Pointwise("v + o", [], bias!.Codes, Spread.Channel), step.Output.Alike());
        step.Append(Pointwise.Scaling(unit, scales), step.Output.Alike());
        if (n.Has(2) && !inCodes) step.Append(new Pointwise("v + o", [], n.Known(2), Spread.Channel), step.Output.Alike());
        n.Add(step);
    }

    /// <summary>Whether a bias has the scale of the products that it is added to, as far as floats tell.</summary>
    private static bool HasScale(float[] bias, float unit, float[] kernels)
        => bias.Length == kernels.Length && bias.Zip(kernels, (b, k) => Math.Abs(b - (unit * k)) <= 1e-6f * Math.Abs(b)).All(same => same);

    private static void CheckBias(NodeReader n, Step step)
    {
        if (n.Has(2) && n.Known(2).Length != step.Output.Shape.Channels) throw n.Cannot($"its bias has {n.Known(2).Length} numbers");
    }

    private static void AddBias(NodeReader n, Step step)
    {
        CheckBias(n, step);
        if (n.Has(2)) step.Append(new Pointwise("v + o", [], n.Known(2), Spread.Channel), step.Output.Alike());
        n.Add(step);
    }
}
