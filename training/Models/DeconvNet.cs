using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Models;

/// <summary>
/// A compact DeconvNet (Noh, Hong and Han 2015): a VGG-like encoder whose 2×2 max-pools keep their switches, a bottleneck that sees
/// 7×7 cells as fc6 does, and the mirror image that unpools by those switches and refines by deconvolution, batch norm and ReLU at
/// every layer. The first convolution strides, so the last enlargement is a fixed bilinear one. Its deconvolutions have stride 1:
/// such a one is a convolution (with the kernel turned and in/out swapped) and is emitted as one, which runs faster.
/// </summary>
public sealed record DeconvNet(int Classes) : INetwork
{
    public const string Name = "deconvnet", Backbone = "vgglite";
    private const int StemStride = 2, PoolSize = 2, Bottleneck = 128, Context = 7;
    private static readonly int[] Widths = [32, 64, 128, 256];

    public Scores Forward(Layers l, Value frame)
    {
        Value x = Preamble.Emit(l.Graph, frame);
        Stack<Value> switches = new();
        for (int level = 0; level < Widths.Length; level++)
        {
            x = l.ConvBnRelu($"conv{level + 1}.1", x, Widths[level], stride: level == 0 ? StemStride : 1);
            x = l.ConvBnRelu($"conv{level + 1}.2", x, Widths[level]);
            (x, Value where) = MaxPool.Emit(l.Graph, x, PoolSize);
            switches.Push(where);
        }

        x = l.ConvBnRelu("fc6", x, Bottleneck, Context);
        x = l.ConvBnRelu("fc7", x, Bottleneck, kernel: 1);
        x = l.ConvBnRelu("deconv.fc6", x, Widths[^1], Context);
        for (int level = Widths.Length - 1; level >= 0; level--)
        {
            x = MaxUnpool.Emit(l.Graph, x, switches.Pop(), PoolSize);
            x = l.ConvBnRelu($"deconv{level + 1}.1", x, Widths[level]);
            x = l.ConvBnRelu($"deconv{level + 1}.2", x, Widths[Math.Max(0, level - 1)]);
        }

        return new Scores(Resize.Emit(l.Graph, l.Score("score", x, Classes), StemStride), []);
    }
}
