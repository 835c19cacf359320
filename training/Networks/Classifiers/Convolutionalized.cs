using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Networks.Classifiers;

/// <summary>
/// A classifier as a fully convolutional network, in two forms with the same weights. Exactly: paddings as they are, dense layers as
/// unpadded convolutions, so that the classifier's own picture size gives one cell with its very scores, and a larger picture a map of
/// them. Aligned: everything padded so that each layer's output is its input's size over its stride, as skips and upsampling need.
/// </summary>
public static class Convolutionalized
{
    /// <summary>x [N,3,H,W] → scores of the classifier's own classes, [N,K,H',W']; [N,K,1,1] at its own size.</summary>
    public static Value Exactly(Layers l, Classifier classifier, Value x)
    {
        Dictionary<string, Value> made = new(StringComparer.Ordinal) { [Classifier.Input] = x };
        foreach (ClassifierLayer layer in classifier.Layers) made[layer.Name] = Emit(l, classifier, layer, [.. layer.Inputs.Select(i => made[i])], aligned: false);
        return made[classifier.Layers[^1].Name];
    }

    /// <summary>x [N,3,H,W], H and W multiples of 32 → what lies below the class scores, by stride.</summary>
    /// <exception cref="UserError">The classifier does not halve five times.</exception>
    public static Features Aligned(Layers l, Classifier classifier, Value x)
    {
        Dictionary<string, (Value Value, int Stride)> made = new(StringComparer.Ordinal) { [Classifier.Input] = (x, 1) };
        Dictionary<int, Value> features = [];
        foreach (ClassifierLayer layer in classifier.Layers.SkipLast(1))
        {
            int stride = made[layer.Inputs[0]].Stride * (int)(layer is ConvLayer c ? c.Stride : layer is PoolLayer p ? p.Stride : 1);
            Value value = Emit(l, classifier, layer, [.. layer.Inputs.Select(i => made[i].Value)], aligned: true);
            made[layer.Name] = (value, stride);
            features[stride] = value;
        }

        int[] missing = [.. ((int[])[8, 16, 32]).Where(s => !features.ContainsKey(s))];
        if (missing.Length > 0 || features.Keys.Max() != FrameInput.Multiple)
            throw new UserError($"the classifier's strides are {string.Join(", ", features.Keys.Order())}: an FCN is built on 8, 16 and 32");
        return new Features(features);
    }

    private static Value Emit(Layers l, Classifier classifier, ClassifierLayer layer, IReadOnlyList<Value> inputs, bool aligned) => layer switch
    {
        ConvLayer c => EmitConv(l, classifier, c.Name, inputs[0], c.Channels, c.Kernel, new ConvGeometry(c.Stride, 0, c.Dilation, c.Group), aligned ? Same(c.Kernel, c.Stride, c.Dilation) : c.Pads),
        DenseLayer d => EmitConv(l, classifier, d.Name, inputs[0], d.Outputs, d.Kernel, new ConvGeometry(Stride: 1), aligned ? Same(d.Kernel, 1, 1) : [0, 0, 0, 0]),
        PoolLayer p => EmitPool(l.Graph, inputs[0], p, aligned),
        LrnLayer n => Lrn.Emit(l.Graph, inputs[0], n.Size, n.Alpha, n.Beta, n.Bias),
        ReluLayer => Relu.Emit(l.Graph, inputs[0]),
        DropoutLayer d => l.Dropout(d.Name, inputs[0], d.Probability),
        AffineLayer a => l.Affine(a.Name, inputs[0], classifier.Initial(a.Name + ".scale", Initializers.Ones), classifier.Initial(a.Name + ".offset", Initializers.Zeros)),
        AddLayer => Elementwise.Add(l.Graph, inputs[0], inputs[1]),
        ConcatLayer => Layout.Concat(l.Graph, inputs, 1),
        _ => throw new ArgumentException($"no form for {layer.GetType().Name}", nameof(layer)),
    };

    private static Value EmitConv(Layers l, Classifier classifier, string name, Value x, long channels, long kernel, ConvGeometry geo, long[] pads)
    {
        if (pads.All(p => p == pads[0])) geo = geo with { Pad = pads[0] };
        else x = Layout.Pad(l.Graph, x, pads[0], pads[1], pads[2], pads[3]);
        return l.ConvBias(name, x, channels, kernel, geo, classifier.Initial(name + ".weight", Initializers.He), classifier.Initial(name + ".bias", Initializers.Zeros));
    }

    private static Value EmitPool(GraphBuilder g, Value x, PoolLayer p, bool aligned)
    {
        long[] pads = aligned ? Same(p.Kernel, p.Stride, 1) : [p.Before, p.Before, p.After, p.After];
        PoolGeometry geo = new(p.Kernel, p.Stride, pads[0], pads[2]);
        return p.Mean ? AveragePool.Emit(g, x, geo) : MaxPool.Emit(g, x, geo).Y;
    }

    /// <summary>Top, left, bottom, right so that a multiple of the stride gives exactly size / stride, the window as central as it can be.</summary>
    private static long[] Same(long kernel, long stride, long dilation)
    {
        long all = Math.Max(0, (dilation * (kernel - 1)) + 1 - stride), before = all / 2;
        return [before, before, all - before, all - before];
    }
}
