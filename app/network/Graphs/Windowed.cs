using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Network.Graphs;

/// <summary>What convolutions and pools have in common.</summary>
internal static class Windowed
{
    /// <summary>Of a node with ONNX's usual attributes.</summary>
    /// <param name="n">The node.</param>
    /// <param name="height">Of the kernel.</param>
    /// <param name="width">Of the kernel.</param>
    /// <param name="input">What it reads: padding that is called SAME depends on it.</param>
    public static Window Of(NodeReader n, long height, long width, MapShape input)
    {
        int[] kernel = [(int)height, (int)width], stride = Pair(n.Ints("strides", 1, 1)), dilation = Pair(n.Ints("dilations", 1, 1));
        string rule = n.Text("auto_pad", "NOTSET");
        if (stride.Concat(dilation).Any(s => s < 1)) throw n.Cannot("it has strides or dilations below 1");
        if (!n.Ints("kernel_shape", height, width).SequenceEqual([height, width]))
            throw n.Cannot("its kernel_shape is not that of its kernels");
        long Reach(int axis) => ((kernel[axis] - 1) * dilation[axis]) + 1;
        long[]? pads = rule == "NOTSET"
            ? n.Ints("pads", 0, 0, 0, 0)
            : AutoPad.Of(rule, (input.Height, input.Width), (stride[0], stride[1]), (Reach(0), Reach(1)));
        if (pads is not { Length: 4 }) throw n.Cannot($"auto_pad {rule} with {pads?.Length ?? 0} paddings");
        if (pads.Any(p => p < 0)) throw n.Cannot("it has negative paddings");
        return new Window(kernel, stride, dilation, [(int)pads[0], (int)pads[1]], [(int)pads[2], (int)pads[3]]);
    }

    private static int[] Pair(long[] two) => [(int)two[0], (int)two[1]];
}
