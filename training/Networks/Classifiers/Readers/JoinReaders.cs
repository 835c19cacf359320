namespace RealtimeSeg.Training.Networks.Classifiers.Readers;

/// <summary>Nodes that join several layers: residual sums and concatenations.</summary>
internal static class JoinReaders
{
    /// <summary>Two layers, or a layer and its bias.</summary>
    public static void Sum(NodeReading n)
    {
        if (n.Node.Input.Count != 2) throw n.Unknown();
        if (n.HasStored(0) || n.HasStored(1)) ConvolutionReaders.Bias(n);
        else n.Add(new AddLayer(n.Name, n.In().Layer, n.In(1).Layer));
    }

    /// <summary>Channels of several layers, one after the other.</summary>
    public static void Concat(NodeReading n)
    {
        if (n.Int("axis", 1) is not (1 or -3)) throw n.Unknown();
        LayerValue[] parts = [.. Enumerable.Range(0, n.Node.Input.Count).Select(n.In)];
        n.Add(new ConcatLayer(n.Name, [.. parts.Select(p => p.Layer)]), parts.Sum(p => p.C), parts[0].H, parts[0].W);
    }
}
