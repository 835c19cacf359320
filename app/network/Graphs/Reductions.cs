using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Network.Graphs;

/// <summary>What many channels or cells become one of.</summary>
internal static class Reductions
{
    /// <summary>Means over cells, or over channels.</summary>
    public static void Mean(NodeReader n)
    {
        Map x = n.Map(0);
        int[] axes = Axes(n, x);
        if (axes is [2, 3] && x.IsImage && !x.HasChannelsLast) n.Bind(Kept(n, Pools.MeanOfAll(n, x), [1, x.Dims[1]]));
        else OverChannels(n, x, "mean", axes);
    }

    public static void Max(NodeReader n) => OverChannels(n, n.Map(0), "max", Axes(n, n.Map(0)));

    public static void Sum(NodeReader n) => OverChannels(n, n.Map(0), "sum", Axes(n, n.Map(0)));

    /// <summary>[1,C,H,W] → the first channel with the largest number.</summary>
    public static void ArgMax(NodeReader n)
    {
        Map x = n.Map(0);
        if (n.Int("select_last_index", 0) != 0) throw n.Cannot("select_last_index");
        OverChannels(n, x, "argmax", [Positive(n.Int("axis", 0), x.Dims.Length)]);
    }

    /// <summary>[1,C,H,W] → probabilities over the channels.</summary>
    public static void Softmax(NodeReader n)
    {
        Map x = n.Map(0);
        int axis = Positive(n.Int("axis", n.Opset < 13 ? 1 : -1), 4);
        if (!x.IsImage || axis != x.ChannelAxis) throw n.Cannot("it is not over channels");
        if (n.Opset < 13 && axis != 3) throw n.Cannot("before opset 13 it is over channels and cells at once");
        Map most = n.Steps.Add(Channel(x, "max", Without(x)));
        Map rivals = n.Steps.Add(new Step("copy", x.Alike(), x));
        rivals = n.Steps.Append(rivals, new Pointwise("exp(v - o)", [], most, Spread.Cell), x.Alike(), isLastReader: true);
        Map sum = n.Steps.Add(Channel(rivals, "sum", Without(x)));
        n.Bind(n.Steps.Append(rivals, new Pointwise("v / o", [], sum, Spread.Cell), x.Alike(), isLastReader: false));
    }

    /// <summary>Local response normalisation over neighbouring channels (AlexNet paper, section 3.3).</summary>
    public static void Lrn(NodeReader n)
    {
        Map x = n.Image(0);
        int size = (int)n.Int("size", 1);
        n.Add(new Step("lrn", x.Alike(), x)
        {
            Integers = [("before", (size - 1) / 2), ("after", size / 2)],
            Loops = MapShape.BlockSize * Math.Min(size, x.Shape.Channels),
            Floats = [("share", n.Float("alpha", 1e-4f) / size), ("beta", n.Float("beta", 0.75f)), ("bias", n.Float("bias", 1))],
        });
    }

    private static void OverChannels(NodeReader n, Map x, string kind, int[] axes)
    {
        if (!x.IsImage || axes.Length != 1 || axes[0] != x.ChannelAxis)
            throw n.Cannot("it is neither over channels nor over all cells");
        n.Add(Channel(x, kind, n.Int("keepdims", 1) != 0 ? Without(x) : [1, x.Shape.Height, x.Shape.Width]));
    }

    /// <summary>Dimensions with one channel.</summary>
    private static long[] Without(Map x)
    {
        long[] dims = [.. x.Dims];
        dims[x.ChannelAxis] = 1;
        return dims;
    }

    private static Step Channel(Map x, string kind, long[] dims) => kind == "mean"
        ? Channel(x, "sum", dims, 1f / x.Shape.Channels)
        : Channel(x, kind, dims, factor: 1);

    private static Step Channel(Map x, string kind, long[] dims, float factor)
        => new($"channel-{kind}", new Map(dims, x.Shape with { Channels = 1 })
        {
            IsInteger = kind == "argmax",
            IsByte = kind == "argmax" && x.Shape.Channels <= 256,
            HasChannelsLast = x.HasChannelsLast && dims.Length == 4,
        }, x)
        {
            Loops = x.Shape.Channels,
            Floats = kind == "sum" ? [("factor", factor)] : [],
        };

    /// <summary>The dimensions that are reduced: an attribute once, an input since.</summary>
    private static int[] Axes(NodeReader n, Map x)
    {
        long[] axes = n.Integers(1) ?? n.Ints("axes");
        return [.. axes.Select(a => Positive(a, x.Dims.Length)).Order()];
    }

    private static int Positive(long axis, int rank) => (int)(axis < 0 ? axis + rank : axis);

    private static Map Kept(NodeReader n, Map mean, long[] without)
    {
        if (n.Int("keepdims", 1) == 0) throw n.Cannot($"its result [{string.Join(',', without)}] is no image");
        return mean;
    }
}
