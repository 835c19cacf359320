using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Networks.Classifiers;

/// <summary>
/// A classifier as a fully convolutional network, in two forms with the same weights. Exactly: paddings as they are, dense layers as
/// unpadded convolutions, so that an image of the classifier's own size has one cell with the same logits, and a larger one a map of
/// them. Aligned: everything padded so that each layer's output is its input's size over its stride, as skips and upsampling need.
/// </summary>
public static class Convolutionalized
{
    /// <summary>Strides that an FCN is built on.</summary>
    private static readonly int[] Needed = [8, 16, FrameInput.Multiple];

    /// <summary>x [N,3,H,W] → logits of the classifier's own classes, [N,K,H',W']; [N,K,1,1] at its own size.</summary>
    public static Value Exactly(Layers l, Classifier classifier, Value x)
    {
        LayerEmitter emitter = new(l, classifier, Aligned: false);
        Dictionary<string, Value> made = new(StringComparer.Ordinal) { [Classifier.Input] = x };
        foreach (ClassifierLayer layer in classifier.Layers)
            made[layer.Name] = emitter.Emit(layer, [.. layer.Inputs.Select(i => made[i])]);
        return made[classifier.Layers[^1].Name];
    }

    /// <summary>x [N,3,H,W], H and W multiples of 32 → the features below the class layer, by stride.</summary>
    /// <exception cref="UserError">The classifier does not halve five times.</exception>
    public static Features Aligned(Layers l, Classifier classifier, Value x)
    {
        LayerEmitter emitter = new(l, classifier, Aligned: true);
        Dictionary<string, (Value Value, int Stride)> made = new(StringComparer.Ordinal) { [Classifier.Input] = (x, 1) };
        Dictionary<int, Value> features = [];
        foreach (ClassifierLayer layer in classifier.Layers.SkipLast(1))
        {
            int stride = made[layer.Inputs[0]].Stride * StrideOf(layer);
            Value value = emitter.Emit(layer, [.. layer.Inputs.Select(i => made[i].Value)]); // [N,C,H/stride,W/stride]
            made[layer.Name] = (value, stride);
            features[stride] = value;
        }

        if (!Needed.All(features.ContainsKey) || features.Keys.Max() != FrameInput.Multiple)
        {
            string strides = string.Join(", ", features.Keys.Order()), needed = string.Join(", ", Needed);
            throw new UserError($"the classifier's strides are {strides}: an FCN needs {needed}, and none coarser");
        }

        return new Features(features);
    }

    private static int StrideOf(ClassifierLayer layer) => (int)(layer switch
    {
        ConvLayer c => c.Stride,
        PoolLayer p => p.Stride,
        _ => 1,
    });
}
