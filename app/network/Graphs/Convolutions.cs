using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Network.Graphs;

/// <summary>Convolutions: dense, depthwise, in groups, transposed.</summary>
internal static class Convolutions
{
    /// <summary>X [1,I,H,W], kernels [O,I/groups,KH,KW], bias [O] → [1,O,H',W'].</summary>
    public static void Conv(NodeReader n)
    {
        Map x = n.Map(0);
        Constant kernels = n.Known(1);
        if (kernels.Dims.Length != 4) throw n.Cannot("it is not two-dimensional");
        Window w = Windowed.Of(n, kernels.Dims[2], kernels.Dims[3], x.Shape);
        int groups = (int)n.Int("group", 1), channels = (int)kernels.Dims[0];
        Map y = Map.Of(channels, w.Cells(x.Shape.Height, 0), w.Cells(x.Shape.Width, 1));
        bool isDepthwise = groups == x.Shape.Channels && groups == channels;
        Step step = groups == 1 && ProductStep.Is(w) ? new ProductStep(y, x, kernels)
            : groups == 1 ? new ConvolutionStep(y, x, kernels, w)
            : isDepthwise ? new DepthwiseStep(y, x, kernels, w)
            : new Step("grouped", y, x)
            {
                Integers = [.. w.Numbers, ("groupIn", x.Shape.Channels / groups), ("groupOut", channels / groups)],
                Weights = [("kernels", Packed.Kernels(kernels, 1))],
                Flops = 2 * kernels.Length * y.Shape.Height * y.Shape.Width,
            };
        AddBias(n, step);
    }

    /// <summary>X [1,I,H,W], kernels [I,O,KH,KW], bias [O] → [1,O,H',W'].</summary>
    public static void Transposed(NodeReader n)
    {
        Map x = n.Map(0);
        Constant kernels = n.Known(1);
        if (n.Int("group", 1) != 1) throw n.Cannot("it has groups");
        if (n.Text("auto_pad", "NOTSET") != "NOTSET" || n.Ints("output_shape").Length > 0) throw n.Cannot("its padding is not given");
        Window w = Windowed.Of(n, kernels.Dims[2], kernels.Dims[3], x.Shape);
        long[] extra = n.Ints("output_padding", 0, 0);
        int Cells(int cells, int axis) => ((cells - 1) * w.Stride[axis]) + ((w.Kernel[axis] - 1) * w.Dilation[axis]) + 1
            - w.Before[axis] - w.After[axis] + (int)extra[axis];
        Map y = Map.Of((int)kernels.Dims[1], Cells(x.Shape.Height, 0), Cells(x.Shape.Width, 1));
        AddBias(n, new TransposedStep(y, x, kernels, w));
    }

    private static void AddBias(NodeReader n, Step step)
    {
        if (n.Has(2)) step.Append(new Pointwise("v + o", [], n.Known(2), Spread.Channel), step.Output.Alike());
        n.Add(step);
    }
}
