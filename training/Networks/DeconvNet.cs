using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Networks;

/// <summary>
/// DeconvNet (Noh, Hong and Han 2015): an encoder whose 2×2 max-pools keep their switches, a bottleneck fc6 that sees 7×7 cells, fc7,
/// and the mirror image that unpools by those switches and refines by deconvolution, batch norm and ReLU at every layer. Nothing but
/// the switches goes from one side to the other. Its deconvolutions have stride 1: such a one is a convolution (with the kernel turned
/// and in/out swapped) and is emitted as one, which runs faster. fc6 is padded, so that any input size goes through. With an auxiliary
/// loss the bottleneck and each level but the last get a score layer of their own while training (deep supervision, Lee et al. 2015):
/// without one the error reaches the encoder through the whole mirror only.
/// </summary>
public sealed record DeconvNet(int Classes, string Backbone = DeconvNet.Compact) : INetwork
{
    public const string Name = "deconvnet", Compact = "reslite";
    private const int PoolSize = 2, Context = 7;

    /// <summary>
    /// vgg16 is the paper's (252 M parameters), vgg16-fc1024 the same with a narrower bottleneck (82 M). Compact ones have a first
    /// convolution that strides, so that their last enlargement is a fixed bilinear one: vgglite is the same mirror with few channels
    /// (5.6 M); reslite has the first four levels of the FCN's body of that name, under the same names, so that it can start --from an
    /// FCN as the paper's starts from a classifier (section 4.2), and narrows before it refines (4.8 M).
    /// </summary>
    public static IReadOnlyDictionary<string, Plan> Plans { get; } = new Dictionary<string, Plan>(StringComparer.Ordinal)
    {
        [Compact] = new([.. ResLite.Levels.Take(4).Select(v => v.Width)], [.. ResLite.Levels.Take(4).Select(v => v.Blocks)], 128, StemStride: 2, Residual: true),
        ["vgglite"] = new([32, 64, 128, 256], [2, 2, 2, 2], 128, StemStride: 2),
        ["vgg16"] = new([64, 128, 256, 512, 512], [2, 2, 3, 3, 3], 4096),
        ["vgg16-fc1024"] = new([64, 128, 256, 512, 512], [2, 2, 3, 3, 3], 1024),
    };

    /// <param name="Widths">Channels of each level.</param>
    /// <param name="Depths">Convolutions of each level; residual blocks after its first convolution where <paramref name="Residual"/>.</param>
    /// <param name="Bottleneck">Channels of fc6 and fc7.</param>
    /// <param name="StemStride">Stride of the first convolution.</param>
    /// <param name="Residual">Levels are <see cref="ResLite"/>'s, with pools where that strides; the mirror has one block each.</param>
    public sealed record Plan(long[] Widths, int[] Depths, long Bottleneck, int StemStride = 1, bool Residual = false);

    public NetworkOutput Forward(Layers l, Value frame)
    {
        Plan plan = Plans[Backbone];
        Value x = FrameInput.Emit(l.Graph, frame);
        Stack<(Value Switches, Value Pooled)> pools = new();
        for (int level = 0; level < plan.Widths.Length; level++)
        {
            x = Encode(l, plan, level, x);
            (Value y, Value switches) = MaxPool.Emit(l.Graph, x, PoolSize);
            pools.Push((switches, x));
            x = y;
        }

        x = l.ConvBnRelu("fc6", x, plan.Bottleneck, Context);
        x = l.ConvBnRelu("fc7", x, plan.Bottleneck, kernel: 1);
        List<(long, Func<Value>)> coarser = [];
        long stride = plan.StemStride << plan.Widths.Length;
        void Supervise(Value features)
        {
            string name = $"aux{stride}";
            coarser.Add((stride, () => l.Classify(name, features, Classes)));
            stride /= PoolSize;
        }

        Supervise(x);
        x = l.ConvBnRelu("deconv.fc6", x, plan.Widths[^1], Context);
        for (int level = plan.Widths.Length - 1; level >= 0; level--)
        {
            (Value switches, Value pooled) = pools.Pop();
            x = Decode(l, plan, level, l.Unpool(x, switches, pooled, PoolSize));
            if (level > 0) Supervise(x);
        }

        return new NetworkOutput(Resize.Emit(l.Graph, l.Classify("score", x, Classes), plan.StemStride), coarser);
    }

    private static Value Encode(Layers l, Plan plan, int level, Value x)
    {
        if (plan.Residual) return ResLite.Level(l, level, x, level == 0 ? plan.StemStride : 1);
        for (int i = 1; i <= plan.Depths[level]; i++) x = l.ConvBnRelu($"conv{level + 1}.{i}", x, plan.Widths[level], stride: level == 0 && i == 1 ? plan.StemStride : 1);
        return x;
    }

    /// <summary>The mirror of a level, which ends with the channels of the finer one; residual blocks cost less after that than before.</summary>
    private static Value Decode(Layers l, Plan plan, int level, Value x)
    {
        int convolutions = plan.Residual ? 1 : plan.Depths[level];
        long finer = plan.Widths[Math.Max(0, level - 1)];
        for (int i = 1; i < convolutions; i++) x = l.ConvBnRelu($"deconv{level + 1}.{i}", x, plan.Widths[level]);
        x = l.ConvBnRelu($"deconv{level + 1}.{convolutions}", x, finer);
        return plan.Residual && plan.Depths[level] > 0 ? ResLite.Block(l, $"deconv{level + 1}.block", x) : x;
    }
}
