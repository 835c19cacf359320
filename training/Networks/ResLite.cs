using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Networks;

/// <summary>
/// A small residual body (He et al. 2016, basic blocks) for training from scratch on few images: a 3×3 stride-2 convolution opens
/// each level, then 0, 1, 2, 2, 2 residual blocks; widths 24-48-96-192-256; 4.7 M parameters.
/// </summary>
public static class ResLite
{
    /// <summary>Channels and residual blocks of each level.</summary>
    public static IReadOnlyList<(long Width, int Blocks)> Levels { get; } = [(24, 0), (48, 1), (96, 2), (192, 2), (256, 2)];

    /// <summary>x [N,3,H,W], H and W multiples of 32 → features at strides 4, 8, 16 and 32.</summary>
    public static Features Forward(Layers l, Value x)
    {
        Dictionary<int, Value> features = [];
        for (int level = 0; level < Levels.Count; level++)
        {
            x = Level(l, level, x, stride: 2);
            if (level > 0) features[2 << level] = x;
        }

        return new Features(features);
    }

    /// <summary>One level: x [N,C,H,W] → [N,width,H/stride,W/stride].</summary>
    public static Value Level(Layers l, int level, Value x, long stride)
    {
        string name = $"e{level + 1}";
        x = l.ConvBnRelu($"{name}.down", x, Levels[level].Width, stride: stride);
        for (int block = 0; block < Levels[level].Blocks; block++) x = Block(l, $"{name}.{block}", x);
        return x;
    }

    /// <summary>Two 3×3 convolutions added to their input: x [N,C,H,W] → the same shape.</summary>
    public static Value Block(Layers l, string name, Value x)
    {
        Value inner = l.ConvBnRelu(name + ".a", x, x.Shape[1]);
        return Relu.Emit(l.Graph, Elementwise.Add(l.Graph, x, l.ConvBn(name + ".b", inner, x.Shape[1], 3, 1)));
    }
}
