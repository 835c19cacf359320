namespace RealtimeSeg.Training.Networks.Classifiers.Readers;

/// <summary>Nodes that keep the shape of their input, and those that vanish in a fully convolutional network.</summary>
internal static class SameShapeReaders
{
    /// <summary>Largest window of channels that makes sense.</summary>
    private const long LargestLrn = 1000;

    private const float MostDropout = 0.95f;

    public static void Relu(NodeReading n) => n.Add(new ReluLayer(n.Name, n.In().Layer));

    /// <summary>Its bounds are attributes in old files, inputs in new ones.</summary>
    public static void Clip(NodeReading n)
    {
        float low = Bound(n, 1, "min", float.MinValue), high = Bound(n, 2, "max", float.MaxValue);
        if (!(low < high)) throw n.Cannot($"nothing is between its bounds {low} and {high}");
        n.Add(new ClipLayer(n.Name, n.In().Layer, Math.Max(low, float.MinValue), Math.Min(high, float.MaxValue)));
    }

    public static void Sigmoid(NodeReading n) => n.Add(new SigmoidLayer(n.Name, n.In().Layer));

    public static void HardSigmoid(NodeReading n)
    {
        (float alpha, float beta) = (n.Float("alpha", 0.2f), n.Float("beta", 0.5f));
        if (!float.IsFinite(alpha) || !float.IsFinite(beta)) throw n.Unknown();
        n.Add(new HardSigmoidLayer(n.Name, n.In().Layer, alpha, beta));
    }

    /// <summary>x · hard sigmoid of x.</summary>
    public static void HardSwish(NodeReading n)
    {
        string x = n.In().Layer, gate = n.Name + ".gate";
        n.Context.Layers.Add(new HardSigmoidLayer(gate, x, Ops.HardSigmoid.UsualAlpha, Ops.HardSigmoid.UsualBeta));
        n.Add(new MulLayer(n.Name, x, gate));
    }

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

    /// <summary>Zeros around an image, as a node of its own: the next layer pads them.</summary>
    public static void Pad(NodeReading n)
    {
        long[] pads = n.Node.Input.Count > 1 ? n.File.Ints(n.Node.Input[1]) : n.Ints("pads");
        bool zeros = n.Text("mode") is "" or "constant" && (n.HasStored(2) ? n.Floats(2).All(v => v == 0) : n.Float("value", 0) == 0);
        bool around = pads is [0, 0, >= 0, >= 0, 0, 0, >= 0, >= 0];
        if (!zeros || !around || n.Node.Input.Count > 3) throw n.Cannot("only zeros around the image can be padded");
        n.Pass(n.In() with { Pads = [pads[2], pads[3], pads[6], pads[7]] });
    }

    private static float Bound(NodeReading n, int index, string attribute, float otherwise)
    {
        if (n.HasStored(index)) return n.Floats(index) is [var bound] ? bound : throw n.Cannot("its bounds are no numbers");
        bool isComputed = n.Node.Input.Count > index && n.Node.Input[index].Length > 0;
        return isComputed ? throw n.Cannot("its bounds are computed") : n.Float(attribute, otherwise);
    }
}
