namespace RealtimeSeg.Training.Networks.Classifiers.Readers;

/// <summary>Pools over windows, and over the whole image.</summary>
internal static class PoolReaders
{
    public static void Windows(NodeReading n)
    {
        LayerValue x = n.Padded();
        bool mean = n.Node.OpType == "AveragePool";
        if (x.Pads is not null && mean) throw n.Cannot("its mean counts the padding");
        long[] kernel = n.Ints("kernel_shape"), strides = n.Ints("strides", 1, 1);
        if (kernel.Length != 2 || kernel[0] != kernel[1] || strides[0] != strides[^1] || kernel[0] < 1 || strides[0] < 1)
            throw n.Cannot("windows must be square");
        long[] pads = Padding.Of(n, x, strides[0], kernel[0]);
        if (pads[0] != pads[1] || pads[2] != pads[3]) throw n.Cannot("windows must be square");
        if (n.Ints("dilations", 1, 1).Any(d => d != 1)) throw n.Cannot("dilations of pools are not supported");
        bool isPadded = pads.Any(p => p > 0);
        if (mean && isPadded && n.Int("count_include_pad", 0) != 0) throw n.Cannot("its mean counts the padding");
        if (mean && !isPadded && kernel[0] == x.H && x.H == x.W)
        {
            n.Add(new GlobalMeanLayer(n.Name, x.Layer, x.H), x.C, 1, 1);
            return;
        }

        (long side, long stride, long before, long after) = (kernel[0], strides[0], pads[0], pads[2]);
        long left = (x.H + before + after - side) % stride;
        if (n.Int("ceil_mode", 0) != 0 && left > 0) after += stride - left; // one more window, over the edge
        long Down(long size) => ((size + before + after - side) / stride) + 1;
        n.Add(new PoolLayer(n.Name, x.Layer, side, stride, before, after, mean), x.C, Down(x.H), Down(x.W));
    }

    public static void WholeImage(NodeReading n)
    {
        LayerValue x = n.In();
        long[] axes = n.Node.Input.Count > 1 ? n.File.Ints(n.Node.Input[1]) : n.Ints("axes", 2, 3);
        bool spatial = n.Node.OpType != "ReduceMean" || axes.Select(a => a < 0 ? a + 4 : a).Order().SequenceEqual([2L, 3L]);
        if (x.H != x.W || !spatial) throw n.Cannot("only a mean over a square image is supported");
        n.Add(new GlobalMeanLayer(n.Name, x.Layer, x.H), x.C, 1, 1);
    }
}
