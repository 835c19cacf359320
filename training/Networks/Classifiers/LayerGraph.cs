namespace RealtimeSeg.Training.Networks.Classifiers;

/// <summary>Questions about layers as a graph. Lists of layers are in execution order.</summary>
internal static class LayerGraph
{
    /// <summary>The stride of what a mean over the whole image makes: it has one cell at any size.</summary>
    public const int WholeImage = 0;

    /// <summary>The layers that one of them depends on, and itself.</summary>
    public static IReadOnlyList<ClassifierLayer> Needed(IReadOnlyList<ClassifierLayer> layers, string last)
    {
        HashSet<string> wanted = new(StringComparer.Ordinal) { last };
        List<ClassifierLayer> needed = [];
        foreach (ClassifierLayer layer in layers.Reverse().Where(l => wanted.Contains(l.Name)))
        {
            needed.Add(layer);
            wanted.UnionWith(layer.Inputs);
        }

        needed.Reverse();
        return needed;
    }

    /// <summary>The image's size over that of each layer's output, by name; <see cref="WholeImage"/> for a single cell.</summary>
    public static IReadOnlyDictionary<string, int> Strides(IReadOnlyList<ClassifierLayer> layers)
    {
        Dictionary<string, int> strides = new(StringComparer.Ordinal) { [Classifier.Input] = 1 };
        foreach (ClassifierLayer layer in layers)
        {
            long own = layer switch
            {
                ConvLayer c => c.Stride,
                PoolLayer p => p.Stride,
                GlobalMeanLayer => WholeImage,
                _ => 1,
            };
            strides[layer.Name] = (int)Math.Min(int.MaxValue, own * layer.Inputs.Max(i => strides[i]));
        }

        return strides;
    }

    /// <summary>Whether all strides but the first layer's are those of pools.</summary>
    public static bool PoolsHalve(IReadOnlyList<ClassifierLayer> layers)
        => layers.Any(l => l is PoolLayer) && !layers.Skip(1).Any(l => l is ConvLayer { Stride: > 1 });

    /// <summary>The layers that everything after them depends on alone: between two residual blocks, not inside one.</summary>
    public static IReadOnlySet<string> Waists(IReadOnlyList<ClassifierLayer> layers)
    {
        Dictionary<string, int> lastReader = new(StringComparer.Ordinal);
        for (int i = 0; i < layers.Count; i++)
        {
            foreach (string input in layers[i].Inputs) lastReader[input] = i;
        }

        HashSet<string> waists = new(StringComparer.Ordinal);
        int reach = lastReader.GetValueOrDefault(Classifier.Input); // of everything before layer i
        for (int i = 0; i < layers.Count; i++)
        {
            if (reach <= i) waists.Add(layers[i].Name);
            reach = Math.Max(reach, lastReader.GetValueOrDefault(layers[i].Name));
        }

        return waists;
    }

    /// <summary>The first mean over the image that is no gate: the classifier's, or that of a segmenter's head.</summary>
    public static GlobalMeanLayer? FinalMean(IReadOnlyList<ClassifierLayer> layers)
        => layers.OfType<GlobalMeanLayer>().FirstOrDefault(mean => !Gates(layers, mean));

    /// <summary>Whether a product multiplies what comes of a mean with what does not: squeeze-and-excitation.</summary>
    private static bool Gates(IReadOnlyList<ClassifierLayer> layers, GlobalMeanLayer mean)
    {
        HashSet<string> after = new(StringComparer.Ordinal) { mean.Name };
        foreach (ClassifierLayer layer in layers)
        {
            int inside = layer.Inputs.Count(after.Contains);
            if (layer is MulLayer && inside == 1) return true;
            if (inside > 0) after.Add(layer.Name);
        }

        return false;
    }
}
