using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Networks;

/// <summary>
/// What a <see cref="DeconvNet"/> unpools by: a plan of its own, with pools between its levels as in the paper; or the body of a trained
/// network, which strides instead of pooling. Of each of its levels the places of the maxima in 2×2 cells are kept, as a pool after it
/// would keep them, while the body itself stays as it was trained. Its levels are as wide as it happens to be; the mirror is as wide as
/// the compact plan: where the body has more channels, the first ones give the switches; where it has fewer, their minima do as well
/// (Shang et al. 2016, "Concatenated rectified linear units": a filter and its negative say different things).
/// </summary>
/// <param name="Name">One of <see cref="DeconvNet.Plans"/>, or the body's.</param>
/// <param name="Input">What its first weights expect; null for <see cref="InputScaling.Plain"/>.</param>
/// <param name="Body">The body of a trained network; null for the plan of that name.</param>
public sealed record DeconvEncoder(string Name = DeconvNet.Compact, InputScaling? Input = null, Backbone? Body = null)
{
    public const int PoolSize = 2;

    /// <summary>The bottleneck's channels over a body, as in the compact plans.</summary>
    private const long BodyBottleneck = 128;

    /// <summary>frame [N,H,W,3] uint8 BGR → the deepest features and the switches of all levels.</summary>
    public EncodedImage Encode(Layers l, Value frame)
        => Body is { } body ? OfBody(l, frame, body) : OfPlan(l, frame, DeconvNet.Plans[Name]);

    private EncodedImage OfPlan(Layers l, Value frame, DeconvNetPlan plan)
    {
        Value x = FrameInput.Emit(l.Graph, frame, Input); // [N,3,H,W]
        List<(Value, Value)> pools = [];
        for (int level = 0; level < plan.Levels; level++)
        {
            Value encoded = Level(l, plan, level, x);
            (x, Value switches) = MaxPool.Emit(l.Graph, encoded, PoolSize);
            pools.Add((switches, encoded));
        }

        return new EncodedImage(x, plan, pools);
    }

    /// <summary>One level of convolutions, before its pool.</summary>
    private static Value Level(Layers l, DeconvNetPlan plan, int level, Value x)
    {
        int stride = level == 0 ? plan.StemStride : 1; // of the first convolution
        if (plan.Residual) return ResLite.Level(l, level, x, stride);
        for (int i = 1; i <= plan.Depths[level]; i++)
            x = l.ConvBnRelu($"conv{level + 1}.{i}", x, plan.Widths[level], stride: i == 1 ? stride : 1);
        return x;
    }

    /// <exception cref="UserError">The body skips a stride.</exception>
    private static EncodedImage OfBody(Layers l, Value frame, Backbone body)
    {
        IReadOnlyDictionary<int, Value> features = body.Forward(l, FrameInput.Emit(l.Graph, frame, body.Input), 1).ByStride;
        int[] strides = [.. features.Keys.Order()];
        Value[] levels = [.. strides[..^1].Select(s => Pooled(l.Graph, features[s], ResLite.Levels[int.Log2(s) - 1].Width))];
        if (levels.Length == 0 || strides.Zip(strides.Skip(1)).Any(s => s.Second != s.First * PoolSize))
            throw new UserError($"{body.Name} has strides {string.Join(", ", strides)}: {DeconvNet.Name} needs each twice the last");

        DeconvNetPlan mirror = new(
            [.. levels.Select(v => v.Shape[1])], [.. levels.Select(_ => 1)], BodyBottleneck, StemStride: strides[0], Residual: true);
        return new EncodedImage(features[strides[^1]], mirror, [.. levels.Select(v => (MaxPool.Emit(l.Graph, v, PoolSize).Switches, v))]);
    }

    /// <summary>x [N,C,H,W] → [N,width,H,W], or [N,2C,H,W] if that is less.</summary>
    private static Value Pooled(GraphBuilder g, Value x, long width)
    {
        Value signed = x.Shape[1] < width ? Layout.Concat(g, [x, Elementwise.Neg(g, x)], axis: 1) : x;
        return signed.Shape[1] <= width ? signed : Layout.Slice(g, signed, axes: [1], starts: [0], ends: [width]);
    }
}

/// <summary>What an encoder leaves of an image.</summary>
/// <param name="Deepest">Features for the bottleneck, [N,C,H/s,W/s], where s is the stem's stride, doubled for each level.</param>
/// <param name="Mirror">Sizes of the levels that the mirror has to have.</param>
/// <param name="Pools">For each level, the finest first, the switches and the tensor that they were found in.</param>
public sealed record EncodedImage(Value Deepest, DeconvNetPlan Mirror, IReadOnlyList<(Value Switches, Value Pooled)> Pools);
