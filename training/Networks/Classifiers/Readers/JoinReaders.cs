namespace RealtimeSeg.Training.Networks.Classifiers.Readers;

/// <summary>Nodes that join several layers: residual sums, gates and concatenations.</summary>
internal static class JoinReaders
{
    /// <summary>Two layers, or a layer and stored numbers such as its bias.</summary>
    public static void Sum(NodeReading n)
    {
        if (n.HasStored(0) || n.HasStored(1)) NumberReaders.Add(n);
        else Join(n, (a, b) => new AddLayer(n.Name, a, b));
    }

    /// <summary>Two layers, such as features and their gates, or a layer and stored numbers.</summary>
    public static void Product(NodeReading n)
    {
        if (n.HasStored(0) || n.HasStored(1)) NumberReaders.Mul(n);
        else Join(n, (a, b) => new MulLayer(n.Name, a, b));
    }

    /// <summary>Channels of several layers, one after the other.</summary>
    public static void Concat(NodeReading n)
    {
        if (n.Int("axis", 1) is not (1 or -3)) throw n.Unknown();
        LayerValue[] parts = [.. Enumerable.Range(0, n.Node.Input.Count).Select(n.In)];
        if (parts.Any(p => (p.H, p.W) != (parts[0].H, parts[0].W))) throw n.Cannot("its parts differ in size");
        n.Add(new ConcatLayer(n.Name, [.. parts.Select(p => p.Layer)]), parts.Sum(p => p.C), parts[0].H, parts[0].W);
    }

    /// <summary>Layers of the same shape, or one of them a single cell, or with a single channel.</summary>
    private static void Join(NodeReading n, Func<string, string, ClassifierLayer> layer)
    {
        if (n.Node.Input.Count != 2) throw n.Unknown();
        LayerValue a = n.In(), b = n.In(1), large = a.IsCell ? b : a;
        bool fits = (a.C == b.C || a.C == 1 || b.C == 1) && (a.IsCell || b.IsCell || (a.H, a.W) == (b.H, b.W));
        if (!fits) throw n.Cannot($"{a.C}×{a.H}×{a.W} and {b.C}×{b.H}×{b.W} do not fit");
        n.Add(layer(a.Layer, b.Layer), Math.Max(a.C, b.C), large.H, large.W);
    }
}
