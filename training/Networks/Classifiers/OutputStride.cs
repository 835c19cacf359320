namespace RealtimeSeg.Training.Networks.Classifiers;

/// <summary>
/// The stride at which a body ends, DeepLab's "output stride" (Chen et al. 2017, section 3.2), changed without other weights: a stride
/// that is taken away leaves holes in the kernels behind it, and the other way round. The finer features contain the coarser ones, at
/// every second pixel; at the coarser stride the layers behind cost a quarter.
/// </summary>
internal static class OutputStride
{
    /// <summary>The body alone, ending at a stride: 8, 16 or 32.</summary>
    /// <exception cref="UserError">It has no layer that could be changed.</exception>
    public static Classifier At(Classifier classifier, int wanted)
    {
        Classifier body = classifier.BodyAlone;
        bool coarser = End(body) < wanted;
        for (int now = End(body); now != wanted; now = End(body))
        {
            ClassifierLayer[]? changed = coarser ? Coarser(body.Layers) : Finer(body.Layers);
            if (changed is null || !Joins(changed) || now < wanted != coarser)
                throw new UserError($"--output-stride {wanted}: the body ends at stride {now}, and no layer can change that: leave it out");
            body = body with { Layers = changed };
        }

        return body;
    }

    private static int End(Classifier body) => LayerGraph.Strides(body.Layers)[body.Body];

    /// <summary>A stride of 2 for the last layer with windows before the first one with holes, which are halved from there on.</summary>
    private static ClassifierLayer[]? Coarser(IReadOnlyList<ClassifierLayer> layers)
    {
        ClassifierLayer[] all = [.. layers];
        int holes = Array.FindIndex(all, l => l is ConvLayer { Dilation: > 1 });
        int strided = holes < 1 ? -1 : Array.FindLastIndex(all, holes - 1, l => l is ConvLayer { Kernel: > 1 } or PoolLayer);
        if (strided < 0 || all[strided] is not ConvLayer { Stride: 1 } last) return null;
        all[strided] = last with { Stride = 2 };
        for (int i = holes; i < all.Length; i++)
        {
            if (all[i] is not ConvLayer { Dilation: > 1 } c) continue;
            if (c.Dilation % 2 != 0 || c.Pads.Any(p => p % 2 != 0)) return null;
            all[i] = c with { Dilation = c.Dilation / 2, Pads = [.. c.Pads.Select(p => p / 2)] };
        }

        return all;
    }

    /// <summary>A stride of 1 for the last convolution that has 2, and twice the holes from there on.</summary>
    private static ClassifierLayer[]? Finer(IReadOnlyList<ClassifierLayer> layers)
    {
        ClassifierLayer[] all = [.. layers];
        int strided = Array.FindLastIndex(all, l => l is ConvLayer { Stride: > 1 } or PoolLayer { Stride: > 1 });
        if (strided < 0 || all[strided] is not ConvLayer { Stride: 2 } last) return null;
        all[strided] = last with { Stride = 1 };
        for (int i = strided + 1; i < all.Length; i++)
        {
            if (all[i] is PoolLayer or DenseLayer { Kernel: > 1 }) return null;
            if (all[i] is ConvLayer { Kernel: > 1 } c) all[i] = c with { Dilation = c.Dilation * 2, Pads = [.. c.Pads.Select(p => p * 2)] };
        }

        return all;
    }

    /// <summary>Whether all layers that meet have the same stride: a residual sum past the changed layer has two.</summary>
    private static bool Joins(ClassifierLayer[] layers)
    {
        IReadOnlyDictionary<string, int> strides = LayerGraph.Strides(layers);
        return layers.All(l => l.Inputs.Select(i => strides[i]).Where(s => s != LayerGraph.WholeImage).Distinct().Count() <= 1);
    }
}
