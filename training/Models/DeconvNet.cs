using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Models;

/// <summary>
/// DeconvNet (Noh, Hong and Han 2015): a VGG-like encoder whose 2×2 max-pools keep their switches, a bottleneck fc6 that sees 7×7 cells,
/// fc7, and the mirror image that unpools by those switches and refines by deconvolution, batch norm and ReLU at every layer. Its
/// deconvolutions have stride 1: such a one is a convolution (with the kernel turned and in/out swapped) and is emitted as one, which
/// runs faster. fc6 is padded, so that any input size goes through.
/// </summary>
public sealed record DeconvNet(int Classes, string Backbone = DeconvNet.Compact) : INetwork
{
    public const string Name = "deconvnet", Compact = "vgglite";
    private const int PoolSize = 2, Context = 7;

    /// <summary>
    /// vgg16 is the paper's (252 M parameters), vgg16-fc1024 the same with a narrower bottleneck (82 M). vgglite is a compact one
    /// (5.6 M), whose first convolution strides, so that its last enlargement is a fixed bilinear one.
    /// </summary>
    public static IReadOnlyDictionary<string, Plan> Plans { get; } = new Dictionary<string, Plan>(StringComparer.Ordinal)
    {
        [Compact] = new([32, 64, 128, 256], [2, 2, 2, 2], 128, StemStride: 2),
        ["vgg16"] = new([64, 128, 256, 512, 512], [2, 2, 3, 3, 3], 4096),
        ["vgg16-fc1024"] = new([64, 128, 256, 512, 512], [2, 2, 3, 3, 3], 1024),
    };

    /// <summary>Channels and convolutions of each level, channels of the bottleneck, and the first convolution's stride.</summary>
    public sealed record Plan(long[] Widths, int[] Convolutions, long Bottleneck, int StemStride = 1);

    public Scores Forward(Layers l, Value frame)
    {
        (long[] widths, int[] convolutions, long bottleneck, int stemStride) = Plans[Backbone];
        Value x = Preamble.Emit(l.Graph, frame);
        Stack<(Value Switches, Value Pooled)> pools = new();
        for (int level = 0; level < widths.Length; level++)
        {
            for (int i = 1; i <= convolutions[level]; i++) x = l.ConvBnRelu($"conv{level + 1}.{i}", x, widths[level], stride: level == 0 && i == 1 ? stemStride : 1);
            (Value y, Value switches) = MaxPool.Emit(l.Graph, x, PoolSize);
            pools.Push((switches, x));
            x = y;
        }

        x = l.ConvBnRelu("fc6", x, bottleneck, Context);
        x = l.ConvBnRelu("fc7", x, bottleneck, kernel: 1);
        x = l.ConvBnRelu("deconv.fc6", x, widths[^1], Context);
        for (int level = widths.Length - 1; level >= 0; level--)
        {
            (Value switches, Value pooled) = pools.Pop();
            x = l.Unpool(x, switches, pooled, PoolSize);
            for (int i = 1; i < convolutions[level]; i++) x = l.ConvBnRelu($"deconv{level + 1}.{i}", x, widths[level]);
            x = l.ConvBnRelu($"deconv{level + 1}.{convolutions[level]}", x, widths[Math.Max(0, level - 1)]);
        }

        return new Scores(Resize.Emit(l.Graph, l.Score("score", x, Classes), stemStride), []);
    }
}
