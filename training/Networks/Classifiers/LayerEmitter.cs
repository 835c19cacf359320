using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Networks.Classifiers;

/// <summary>Adds a classifier's layers to a graph as convolutions, pools and elementwise operators.</summary>
/// <param name="Layers">Parameters of the graph.</param>
/// <param name="Classifier">The owner of the layers, for its weights.</param>
/// <param name="Aligned">Whether outputs have their input's size over the stride; otherwise all paddings stay as they are.</param>
internal sealed record LayerEmitter(Layers Layers, Classifier Classifier, bool Aligned)
{
    private static readonly long[] NoPads = [0, 0, 0, 0];

    /// <summary>Of each layer's output, by name.</summary>
    private readonly IReadOnlyDictionary<string, int> _strides = LayerGraph.Strides(Classifier.Layers);

    private GraphBuilder Graph => Layers.Graph;

    /// <param name="layer">The layer.</param>
    /// <param name="inputs">Its inputs, all [N,C,H,W].</param>
    public Value Emit(ClassifierLayer layer, IReadOnlyList<Value> inputs) => layer switch
    {
        ConvLayer c => Conv(c, inputs[0]),
        DenseLayer d => Dense(d, inputs[0]),
        PoolLayer p => Pool(p, inputs[0]),
        LrnLayer n => Lrn.Emit(Graph, inputs[0], n.Size, n.Alpha, n.Beta, n.Bias),
        ReluLayer => Relu.Emit(Graph, inputs[0]),
        ClipLayer c => Clip.Emit(Graph, inputs[0], c.Low, c.High),
        SigmoidLayer => Sigmoid.Emit(Graph, inputs[0]),
        HardSigmoidLayer h => HardSigmoid.Emit(Graph, inputs[0], h.Alpha, h.Beta),
        LinearLayer f => Linear(f, inputs[0]),
        GlobalMeanLayer => Reduce.Mean(Graph, inputs[0], [2, 3]),
        MulLayer => Elementwise.Mul(Graph, inputs[0], inputs[1]),
        DropoutLayer d => Layers.Dropout(d.Name, inputs[0], d.Probability),
        AffineLayer a => Affine(a, inputs[0]),
        AddLayer => Elementwise.Add(Graph, inputs[0], inputs[1]),
        SpreadLayer => Layout.Spread(Graph, inputs[0], inputs[1]),
        ConcatLayer => Layout.Concat(Graph, inputs, 1),
        _ => throw new ArgumentException($"no form for {layer.GetType().Name}", nameof(layer)),
    };

    /// <summary>Whether a layer's own paddings make its output its input's size over its stride.</summary>
    public static bool IsAligned(ClassifierLayer layer) => layer switch
    {
        ConvLayer c => Fits(c.Pads, Reach(c), c.Stride),
        PoolLayer p => Fits(Pads(p), p.Kernel, p.Stride),
        DenseLayer d => d.Kernel == 1,
        _ => true,
    };

    private Value Conv(ConvLayer c, Value x)
    {
        long[] pads = Aligned && !IsAligned(c) ? SamePads(Reach(c), c.Stride) : c.Pads;
        return Convolution(c.Name, x, c.Channels, c.Kernel, new ConvGeometry(c.Stride, 0, c.Dilation, c.Group), pads);
    }

    private Value Dense(DenseLayer d, Value x)
    {
        long[] pads = Aligned ? SamePads(d.Kernel, 1) : NoPads;
        return Convolution(d.Name, x, d.Outputs, d.Kernel, new ConvGeometry(Stride: 1), pads);
    }

    private Value Affine(AffineLayer a, Value x)
    {
        Initializer scale = Classifier.Initial(a.Name + ".scale", Initializers.Ones);
        return Layers.Affine(a.Name, x, scale, Classifier.Initial(a.Name + ".offset", Initializers.Zeros));
    }

    private Value Convolution(string name, Value x, long channels, long kernel, ConvGeometry geo, long[] pads)
    {
        if (pads.All(p => p == pads[0])) geo = geo with { Pad = pads[0] };
        else x = Layout.Pad(Graph, x, pads[0], pads[1], pads[2], pads[3]);
        if (Classifier.IsUntrained && _strides[name] != LayerGraph.WholeImage) return Layers.ConvBn(name, x, channels, kernel, geo);
        Initializer weight = Classifier.Initial(name + ".weight", Initializers.He);
        return Layers.ConvBias(name, x, channels, kernel, geo, weight, Classifier.Initial(name + ".bias", Initializers.Zeros));
    }

    private Value Pool(PoolLayer p, Value x)
    {
        long[] pads = Aligned && !IsAligned(p) ? SamePads(p.Kernel, p.Stride) : Pads(p);
        PoolGeometry geo = new(p.Kernel, p.Stride, pads[0], pads[2]);
        return p.Mean ? AveragePool.Emit(Graph, x, geo) : MaxPool.Emit(Graph, x, geo).Y;
    }

    private Value Linear(LinearLayer f, Value x)
    {
        if (f.Factor != 1) x = Elementwise.Mul(Graph, x, Graph.Constant(f.Factor));
        return f.Offset != 0 ? Elementwise.Add(Graph, x, Graph.Constant(f.Offset)) : x;
    }

    /// <summary>Pixels that a kernel spans.</summary>
    private static long Reach(ConvLayer c) => (c.Dilation * (c.Kernel - 1)) + 1;

    private static long[] Pads(PoolLayer p) => [p.Before, p.Before, p.After, p.After];

    /// <summary>Whether these pads, in ONNX's order, make a multiple of the stride exactly size / stride.</summary>
    private static bool Fits(long[] pads, long reach, long stride)
        => new[] { pads[0] + pads[2], pads[1] + pads[3] }.All(p => p >= reach - stride && p < reach);

    /// <summary>Top, left, bottom, right so that they do, windows centred.</summary>
    private static long[] SamePads(long reach, long stride)
    {
        long all = Math.Max(0, reach - stride), before = all / 2;
        return [before, before, all - before, all - before];
    }
}
