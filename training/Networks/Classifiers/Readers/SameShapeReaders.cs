namespace RealtimeSeg.Training.Networks.Classifiers.Readers;

/// <summary>Nodes that keep the shape of their input, and those that vanish in a fully convolutional network.</summary>
internal static class SameShapeReaders
{
    /// <summary>Largest window of channels that makes sense.</summary>
    private const long LargestLrn = 1000;

    private const float MostDropout = 0.95f;

    public static void Relu(NodeReading n) => n.Add(new ReluLayer(n.Name, n.In().Layer));

    public static void Lrn(NodeReading n)
    {
        long size = n.Int("size", 5);
        if (size is <= 0 or >= LargestLrn || size % 2 == 0) throw n.Unknown();
        n.Add(new LrnLayer(n.Name, n.In().Layer, size, n.Float("alpha", 1e-4f), n.Float("beta", 0.75f), n.Float("bias", 1)));
    }

    public static void Dropout(NodeReading n)
    {
        float ratio = n.HasStored(1) ? n.Floats(1)[0] : n.Float("ratio", 0.5f);
        n.Add(new DropoutLayer(n.Name, n.In().Layer, Math.Clamp(ratio, 0, MostDropout)));
    }

    /// <summary>Flattening renames; the softmax at the end does not change which class wins.</summary>
    public static void PassThrough(NodeReading n) => n.Pass(n.In());
}
