using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Network.Graphs;

/// <summary>Maps of another size, from parts of others or between their cells.</summary>
internal static class Windows
{
    private const string FrameKernel = "frame";

    /// <summary>X [1,C,H,W] → [1,C,H',W'], bilinear or nearest.</summary>
    public static void Resize(NodeReader n)
    {
        if (n.Opset < 11) throw n.Cannot($"before opset 11 it went by other rules, and the file is of {n.Opset}");
        Map x = n.Image(0, orChannelsLast: true);
        string mode = n.Text("mode", "nearest"), rule = n.Text("coordinate_transformation_mode", "half_pixel");
        if (mode is not ("linear" or "nearest")) throw n.Cannot($"mode {mode}");
        if (mode == "linear" && n.IsIntegral(0)) throw n.Cannot("between integers");
        long[]? sizes = n.Integers(3) is { Length: > 0 } given ? ByAxis(n, given, x.Dims) : null;
        float[]? scales = sizes is null && n.Has(2) ? ByAxis(n, n.Known(2).AsFloats, [1, 1, 1, 1]) : null;
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

    /// <summary>A number for each of four dimensions, of those that the attribute <c>axes</c> names.</summary>
    /// <param name="n">The node.</param>
    /// <param name="given">For each of the axes.</param>
    /// <param name="otherwise">For all dimensions.</param>
    private static T[] ByAxis<T>(NodeReader n, T[] given, T[] otherwise)
    {
        long[] axes = n.Ints("axes");
        if (axes.Length == 0) return given.Length == otherwise.Length ? given : throw n.Cannot($"it has {given.Length} sizes or scales");
        if (axes.Length != given.Length) throw n.Cannot($"it has {given.Length} sizes or scales for {axes.Length} axes");
        T[] all = [.. otherwise];
        for (int i = 0; i < axes.Length; i++) all[axes[i] < 0 ? axes[i] + all.Length : axes[i]] = given[i];
        return all;
    }

    /// <summary>X [1,C,H,W] → with more cells around, of an edge, a reflection or a number.</summary>
    public static void Pad(NodeReader n)
    {
        Map x = n.Image(0, orChannelsLast: true);
        (int h, int w) = x.Axes;
        int rank = x.Dims.Length;
        long[] pads = Paddings(n, rank);
        if (pads.Length != 2 * rank || pads.Where((p, i) => i % rank != h && i % rank != w && p != 0).Any())
            throw n.Cannot("it pads other dimensions than height and width");
        string mode = n.Text("mode", "constant");
        int outside = Array.IndexOf(["constant", "edge", "reflect"], mode);
        if (outside < 0) throw n.Cannot($"mode {mode}");
        bool Exceeds(int axis) => Math.Max(pads[axis], pads[rank + axis]) >= x.Dims[axis];
        if (mode == "reflect" && (Exceeds(h) || Exceeds(w)))
            throw n.Cannot("it reflects more than there is");
        if (pads.All(p => p == 0)) n.Bind(x);
        else n.Add(Around(n, x, [pads[h], pads[w], pads[rank + h], pads[rank + w]], outside, n.Number(2, n.Float("value", 0))));
    }

    /// <summary>Before each dimension, then behind each; the fourth input names the dimensions if not all have some.</summary>
    private static long[] Paddings(NodeReader n, int rank)
    {
        long[] pads = n.Integers(1) ?? n.Ints("pads");
        if (n.Integers(3) is not { } axes) return pads;
        if (pads.Length != 2 * axes.Length) throw n.Cannot($"it has {pads.Length} paddings for {axes.Length} axes");
        long[] all = new long[2 * rank];
        for (int i = 0; i < axes.Length; i++)
        {
            long axis = axes[i] < 0 ? axes[i] + rank : axes[i];
            (all[axis], all[rank + axis]) = (pads[i], pads[axes.Length + i]);
        }

        return all;
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
        bool hasChannels = x.Dims.Length == 4;
        bool CanCut(int axis) => axis == x.Axes.Height || axis == x.Axes.Width || (hasChannels && axis == x.ChannelAxis);
        if (!x.IsAligned || x.Dims.Length < 2 || (x.HasChannelsLast && !hasChannels)) throw n.Cannot("it is no image");
        int[] start = new int[x.Dims.Length];
        long[] end = [.. x.Dims];
        foreach ((int axis, long first, long last) in Layouts.Ranges(n, x.Dims)) (start[axis], end[axis]) = ((int)first, last);
        long[] dims = [.. end.Select((e, i) => e - start[i])];
        if (dims.SequenceEqual(x.Dims)) n.Bind(x);
        else if (dims.Where((d, i) => d != x.Dims[i] && !CanCut(i)).Any())
            throw n.Cannot($"it cuts other dimensions of [{string.Join(',', x.Dims)}] than channels of an image, height and width");
        else if (hasChannels && dims[x.ChannelAxis] != x.Dims[x.ChannelAxis]) n.Add(Channels(n, x, start[x.ChannelAxis], dims));
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

        Map joined = n.Image(0);
        if (n.Int("axis", 1) is not (1 or -3)) throw n.Cannot("it joins other dimensions than channels");
        for (int i = 1; i < parts.Length; i++)
        {
            Map next = n.Image(i);
            if (next.Shape with { Channels = joined.Shape.Channels } != joined.Shape) throw n.Cannot("its parts have other sizes");
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
            n.Bind(Layouts.Repeated(n, constant, Elements.Common(n, constant.Dims, wanted)));
            return;
        }

        Map x = n.Image(0);
        n.Bind(Spread(n, x, Elements.Common(n, x.Dims, wanted)));
    }

    /// <summary>A map whose dimensions of 1 are repeated.</summary>
    public static Map Spread(NodeReader n, Map x, long[] dims)
    {
        if (dims.SequenceEqual(x.Dims)) return x;
        if (!x.IsAligned || x.HasChannelsLast || dims is not [1, _, _, _]) throw n.Cannot("it is no image");
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
