using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Networks;

/// <summary>
/// DeconvNet (Noh, Hong and Han 2015): an encoder whose 2×2 max-pools keep their switches, a bottleneck fc6 over 7×7 cells, fc7,
/// and the mirror image that unpools by those switches and refines by deconvolution, batch norm and ReLU at every layer. Only the
/// switches go from one side to the other. Its deconvolutions have stride 1: such a one is a convolution (with the kernel turned by
/// 180° and in/out swapped) and is emitted as one, which runs faster. fc6 is padded, so that any input size passes. With an auxiliary
/// loss the bottleneck and each level but the last get a class layer of their own while training (deep supervision, Lee et al. 2015):
/// without one the error reaches the encoder through the whole mirror only.
/// </summary>
/// <param name="Classes">K.</param>
/// <param name="Encoder">What precedes the bottleneck.</param>
public sealed record DeconvNet(int Classes, DeconvEncoder Encoder) : INetwork
{
    public const string Name = "deconvnet", Compact = "reslite";

    /// <summary>Cells under the kernel of fc6 on each axis, and of its mirror.</summary>
    private const int Context = 7;

    /// <summary>
    /// Plans by the name of the backbone. vgg16 is the paper's (252 M parameters), vgg16-fc1024 the same with a narrower bottleneck
    /// (82 M). Compact ones have a first convolution that strides, so that their last enlargement is a fixed bilinear one: vgglite is the
    /// same mirror with few channels (5.6 M); reslite has the first four levels of the FCN's body of that name, under the same names, so
    /// that it can start --from an FCN as the paper's starts from a classifier (section 4.2), and narrows before it refines (4.8 M).
    /// </summary>
    public static IReadOnlyDictionary<string, DeconvNetPlan> Plans { get; } = new Dictionary<string, DeconvNetPlan>(StringComparer.Ordinal)
    {
        [Compact] = DeconvNetPlan.OfResLite(levels: 4, bottleneck: 128),
        ["vgglite"] = new([32, 64, 128, 256], [2, 2, 2, 2], 128, StemStride: 2),
        ["vgg16"] = new([64, 128, 256, 512, 512], [2, 2, 3, 3, 3], 4096),
        ["vgg16-fc1024"] = new([64, 128, 256, 512, 512], [2, 2, 3, 3, 3], 1024),
    };

    public NetworkOutput Forward(Layers l, Value frame)
    {
        EncodedImage encoded = Encoder.Encode(l, frame);
        DeconvNetPlan plan = encoded.Mirror;
        Value x = l.ConvBnRelu("fc6", encoded.Deepest, plan.Bottleneck, Context);
        x = l.ConvBnRelu("fc7", x, plan.Bottleneck, kernel: 1);
        long stride = plan.StemStride << plan.Levels;
        List<(long, Func<Value>)> coarser = [Auxiliary(l, x, stride)];
        x = l.ConvBnRelu("deconv.fc6", x, plan.Widths[^1], Context);
        for (int level = plan.Levels - 1; level >= 0; level--)
        {
            (Value switches, Value pooled) = encoded.Pools[level];
            x = l.Unpool(x, switches, pooled, DeconvEncoder.PoolSize);
            x = Decode(l, plan, level, x); // [N,width of the finer level,H/stride,W/stride]
            stride /= DeconvEncoder.PoolSize;
            if (level > 0) coarser.Add(Auxiliary(l, x, stride));
        }

        Value logits = l.Classify(Layers.Score, x, Classes); // [N,K,H/stem,W/stem]
        return new NetworkOutput(logits, plan.StemStride, coarser);
    }

    /// <summary>A class layer for training only, emitted when it is asked for.</summary>
    private (long, Func<Value>) Auxiliary(Layers l, Value features, long stride)
        => (stride, () => l.Classify($"aux{stride}", features, Classes));

    /// <summary>The mirror of a level, ending with the channels of the finer one, after which residual blocks cost less.</summary>
    private static Value Decode(Layers l, DeconvNetPlan plan, int level, Value x)
    {
        int convolutions = plan.Residual ? 1 : plan.Depths[level];
        long finer = plan.Widths[Math.Max(0, level - 1)];
        for (int i = 1; i < convolutions; i++) x = l.ConvBnRelu($"deconv{level + 1}.{i}", x, plan.Widths[level]);
        x = l.ConvBnRelu($"deconv{level + 1}.{convolutions}", x, finer);
        return plan.Residual && plan.Depths[level] > 0 ? ResLite.Block(l, $"deconv{level + 1}.block", x) : x;
    }
}
