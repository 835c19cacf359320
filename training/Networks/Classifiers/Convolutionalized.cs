using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Networks.Classifiers;

/// <summary>
/// A classifier as a fully convolutional network, in two forms with the same weights. Exactly: paddings as they are, dense layers as
/// unpadded convolutions, so that an image of the classifier's own size has one cell with the same logits, and a larger one a map of
/// them. Aligned: each layer's output is its input's size over its stride, as skips and upsampling need; paddings that give this on
/// images whose sides are multiples of 32 stay, the others are widened.
/// </summary>
public static class Convolutionalized
{
    /// <summary>Strides of the last feature map that an FCN can be built on.</summary>
    private static readonly int[] Coarsest = [8, 16, FrameInput.Multiple];

    /// <summary>x [N,3,H,W] → logits of the classifier's own classes, [N,K,H',W'], or a body's last features.</summary>
    public static Value Exactly(Layers l, Classifier classifier, Value x)
    {
        LayerEmitter emitter = new(l, classifier, Aligned: false);
        Dictionary<string, Value> made = new(StringComparer.Ordinal) { [Classifier.Input] = x };
        foreach (ClassifierLayer layer in classifier.Layers)
            made[layer.Name] = emitter.Emit(layer, [.. layer.Inputs.Select(i => made[i])]);
        return made[classifier.Layers[^1].Name];
    }

    /// <summary>
    /// x [N,3,H,W], H and W multiples of 32 → the features of the body, by stride: the last layer that all later ones build on, such as
    /// the output of the last residual block. Where pools alone halve the image, it is their output, as in the paper: pool3 and pool4
    /// of VGG (section 4.2), not the convolutions after them.
    /// </summary>
    /// <exception cref="UserError">The body ends at another stride than 8, 16 or 32.</exception>
    public static Features Aligned(Layers l, Classifier classifier, Value x)
    {
        IReadOnlyList<ClassifierLayer> body = classifier.BodyAlone.Layers;
        IReadOnlyDictionary<string, int> strides = LayerGraph.Strides(body);
        IReadOnlySet<string> waists = LayerGraph.Waists(body);
        bool skipsTakePools = LayerGraph.PoolsHalve(body);
        LayerEmitter emitter = new(l, classifier, Aligned: true);
        Dictionary<string, Value> made = new(StringComparer.Ordinal) { [Classifier.Input] = x };
        Dictionary<int, Value> features = [], between = [];
        foreach (ClassifierLayer layer in body)
        {
            Value value = emitter.Emit(layer, [.. layer.Inputs.Select(i => made[i])]); // [N,C,H/stride,W/stride]
            made[layer.Name] = value;
            int stride = strides[layer.Name];
            if (skipsTakePools && stride < strides[classifier.Body] && features.ContainsKey(stride)) continue; // the pool came first
            (waists.Contains(layer.Name) ? features : between)[stride] = value;
        }

        foreach ((int stride, Value value) in between) features.TryAdd(stride, value);
        features.Remove(LayerGraph.WholeImage);
        if (!Coarsest.Contains(strides[classifier.Body]) || features.Keys.Max() != strides[classifier.Body])
        {
            string found = string.Join(", ", features.Keys.Order()), needed = string.Join(", ", Coarsest);
            throw new UserError($"the classifier's strides are {found}: the body of an FCN ends at one of {needed}, and is coarsest there");
        }

        return new Features(features);
    }

    /// <summary>The layers of the body whose paddings its aligned form widens, by name.</summary>
    public static IReadOnlyList<string> Widened(Classifier classifier)
        => [.. classifier.BodyAlone.Layers.Where(layer => !LayerEmitter.IsAligned(layer)).Select(layer => layer.Name)];
}
