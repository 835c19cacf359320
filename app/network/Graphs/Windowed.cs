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
        long[] pads = n.Text("auto_pad", "NOTSET") switch
        {
            "NOTSET" => n.Ints("pads", 0, 0, 0, 0),
            "VALID" => [0, 0, 0, 0],
            string same => Same(same == "SAME_LOWER", kernel, stride, dilation, [input.Height, input.Width]),
        };
        return new Window(kernel, stride, dilation, [(int)pads[0], (int)pads[1]], [(int)pads[2], (int)pads[3]]);
    }

    private static int[] Pair(long[] two) => [(int)two[0], (int)two[1]];

    private static long[] Same(bool lower, int[] kernel, int[] stride, int[] dilation, int[] input)
    {
        long Missing(int axis)
        {
            int results = (input[axis] + stride[axis] - 1) / stride[axis];
            return Math.Max(0, ((results - 1) * stride[axis]) + ((kernel[axis] - 1) * dilation[axis]) + 1 - input[axis]);
        }

        long y = Missing(0), x = Missing(1), top = lower ? (y + 1) / 2 : y / 2, left = lower ? (x + 1) / 2 : x / 2;
        return [top, left, y - top, x - left];
    }
}
