using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Network.Graphs;

/// <summary>Maps of another size, from parts of others or between their cells.</summary>
internal static class Windows
{
    private const string FrameKernel = "frame";

    /// <summary>X [1,C,H,W] → [1,C,H',W'], bilinear or nearest.</summary>
    public static void Resize(NodeReader n)
    {
        Map x = n.Map(0);
        string mode = n.Text("mode", "nearest"), rule = n.Text("coordinate_transformation_mode", "half_pixel");
        if (mode is not ("linear" or "nearest")) throw n.Cannot($"mode {mode}");
        long[]? sizes = n.Integers(3) is { Length: > 0 } given ? given : null;
        float[]? scales = sizes is null && n.Has(2) ? n.Known(2).AsFloats : null;
        (int h, int w) = x.Axes;
        int height = (int)(sizes?[h] ?? Math.Floor(x.Shape.Height * (scales?[h] ?? 0)));
        int width = (int)(sizes?[w] ?? Math.Floor(x.Shape.Width * (scales?[w] ?? 0)));
        Map y = x.Sized(height, width);
        if (sizes is null ? scales is null || scales.Where((s, i) => i != h && i != w && s != 1).Any() : !sizes.SequenceEqual(y.Dims))
            throw n.Cannot("it changes other dimensions than height and width");
        if (y.Dims.SequenceEqual(x.Dims))
        {
            n.Bind(x);
            return;
        }

        (float scale, float centre) down = Line(n, rule, x.Shape.Height, height, scales?[h]);
        (float scale, float centre) across = Line(n, rule, x.Shape.Width, width, scales?[w]);
        n.Add(new Step(mode == "linear" ? "resize" : "nearest", mode == "linear" ? y.Alike() : y, x)
        {
            Integers = mode == "linear" ? [] : [("rounding", Rounding(n))],
            Floats = [("scaleY", down.scale), ("centreY", down.centre), ("scaleX", across.scale), ("centreX", across.centre)],
        });
    }

    /// <summary>X [1,C,H,W] → with more cells around, of an edge, a reflection or a number.</summary>
    public static void Pad(NodeReader n)
    {
        Map x = n.Map(0);
        long[] pads = n.Integers(1) ?? n.Ints("pads");
        (int h, int w) = x.Axes;
        int rank = x.Dims.Length;
        if (pads.Length != 2 * rank || pads.Where((p, i) => i % rank != h && i % rank != w && p != 0).Any())
            throw n.Cannot("it pads other dimensions than height and width");
        string mode = n.Text("mode", "constant");
        int outside = Array.IndexOf(["constant", "edge", "reflect"], mode);
        if (outside < 0) throw n.Cannot($"mode {mode}");
        if (pads.All(p => p == 0)) n.Bind(x);
        else n.Add(Around(n, x, [pads[h], pads[w], pads[rank + h], pads[rank + w]], outside, n.Number(2, 0)));
    }

    /// <summary>The frame, or more cells than it has.</summary>
    /// <param name="to">What is made.</param>
    /// <param name="frame">Size of the frame.</param>
    /// <param name="top">Row of the frame where it begins.</param>
    /// <param name="left">Likewise.</param>
    /// <param name="outside">0 a number, 1 the edge, 2 a reflection.</param>
    /// <param name="constant">The number.</param>
    public static Step Frame(Map to, MapShape frame, int top = 0, int left = 0, int outside = 0, float constant = 0) => new(FrameKernel, to)
    {
        Integers = [("frameH", frame.Height), ("frameW", frame.Width), ("top", top), ("left", left), ("outside", outside)],
        Floats = [("constant", constant)],
    };

    /// <summary>X [1,C,H,W] → some rows and columns, or some channels.</summary>
    public static void Slice(NodeReader n)
    {
        if (n[0] is Constant list)
        {
            n.Bind(Layouts.Sliced(n, list));
            return;
        }

        Map x = n.Map(0);
        int[] start = new int[x.Dims.Length];
        long[] end = [.. x.Dims];
        foreach ((int axis, long first, long last) in Layouts.Ranges(n, x.Dims)) (start[axis], end[axis]) = ((int)first, last);
        long[] dims = [.. end.Select((e, i) => e - start[i])];
        if (dims.SequenceEqual(x.Dims)) n.Bind(x);
        else if (x.Dims.Length == 4 && dims[x.ChannelAxis] != x.Dims[x.ChannelAxis]) n.Add(Channels(n, x, start[x.ChannelAxis], dims));
        else n.Add(Part(x, start[x.Axes.Height], start[x.Axes.Width], (int)dims[x.Axes.Height], (int)dims[x.Axes.Width]));
    }

    /// <summary>Maps one after the other along their channels.</summary>
    public static void Concat(NodeReader n)
    {
        Operand[] parts = [.. Enumerable.Range(0, n.Inputs).Select(i => n[i])];
        if (parts.All(p => p is Constant))
        {
            n.Bind(Layouts.Joined(n, [.. parts.Cast<Constant>()]));
            return;
        }

        Map joined = n.Map(0);
        if (joined.HasChannelsLast || n.Int("axis", 1) is not (1 or -3)) throw n.Cannot("it joins other dimensions than channels");
        for (int i = 1; i < parts.Length; i++)
        {
            Map next = n.Map(i);
            int channels = joined.Shape.Channels + next.Shape.Channels;
            Map both = new([1, channels, joined.Shape.Height, joined.Shape.Width], joined.Shape with { Channels = channels });
            joined = n.Steps.Add(new Step("join", both, joined, next) { Integers = [("firstChannels", joined.Shape.Channels)] });
        }

        n.Bind(joined);
    }

    /// <summary>X over more cells or channels than it has.</summary>
    public static void Expand(NodeReader n)
    {
        long[] wanted = n.Integers(1) ?? [];
        if (n[0] is Constant constant)
        {
            n.Bind(Layouts.Repeated(n, constant, wanted));
            return;
        }

        Map x = n.Map(0);
        if (wanted.Length != 4 || x.Dims.Length != 4 || x.HasChannelsLast) throw n.Cannot("it is no image");
        n.Bind(Spread(n, x, [.. x.Dims.Zip(wanted, Math.Max)]));
    }

    /// <summary>A map whose dimensions of 1 are repeated.</summary>
    public static Map Spread(NodeReader n, Map x, long[] dims)
    {
        if (dims.SequenceEqual(x.Dims)) return x;
        MapShape shape = new((int)dims[1], (int)dims[2], (int)dims[3]);
        return n.Steps.Add(new Step("spread", new Map(dims, shape), x));
    }

    /// <summary>Some cells of a map, or cells around it.</summary>
    private static Step Part(Map x, int top, int left, int height, int width, int outside = 0, float constant = 0)
        => new("part", x.Sized(height, width), x)
        {
            Integers = [("top", top), ("left", left), ("outside", outside)],
            Floats = [("constant", constant)],
        };

    private static Step Around(NodeReader n, Map x, long[] pads, int outside, float constant)
    {
        int height = x.Shape.Height + (int)(pads[0] + pads[2]), width = x.Shape.Width + (int)(pads[1] + pads[3]);
        (int top, int left) = (-(int)pads[0], -(int)pads[1]);
        return n.TakeBack(x, FrameKernel)
            ? Frame(x.Sized(height, width), x.Shape, top, left, outside, constant)
            : Part(x, top, left, height, width, outside, constant);
    }

    private static Step Channels(NodeReader n, Map x, int first, long[] dims)
    {
        if (dims[x.Axes.Height] != x.Shape.Height || dims[x.Axes.Width] != x.Shape.Width)
            throw n.Cannot("it cuts channels and cells at once");
        MapShape part = x.Shape with { Channels = (int)dims[x.ChannelAxis] };
        return new Step("channels", x.Alike(x.IsInteger) with { Dims = dims, Shape = part }, x) { Integers = [("firstChannel", first)] };
    }

    /// <summary>Where a cell of the result lies in the input: at (i + centre) / scale − centre.</summary>
    private static (float Scale, float Centre) Line(NodeReader n, string rule, int input, int output, float? scale)
    {
        float ratio = scale ?? output / (float)input;
        return rule switch
        {
            "half_pixel" => (ratio, 0.5f),
            "pytorch_half_pixel" => (ratio, output > 1 ? 0.5f : 0),
            "asymmetric" => (ratio, 0),
            "align_corners" => (input > 1 && output > 1 ? (output - 1) / (float)(input - 1) : 1, 0),
            _ => throw n.Cannot($"coordinate_transformation_mode {rule}"),
        };
    }

    private static int Rounding(NodeReader n)
    {
        string mode = n.Text("nearest_mode", "round_prefer_floor");
        int known = Array.IndexOf(["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"], mode);
        return known >= 0 ? known : throw n.Cannot($"nearest_mode {mode}");
    }
}
