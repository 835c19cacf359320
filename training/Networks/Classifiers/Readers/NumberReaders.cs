namespace RealtimeSeg.Training.Networks.Classifiers.Readers;

/// <summary>Arithmetic with stored numbers, one for all channels or one for each, as factor·x + offset.</summary>
internal static class NumberReaders
{
    public static void Add(NodeReading n)
    {
        int stored = Stored(n);
        float[] values = n.Floats(stored);
        LayerValue x = n.In(1 - stored);
        bool isBias = values.Length == x.C && n.Context.Weights.ContainsKey(x.Layer + ".bias");
        if (isBias && n.Context.IsReadOnce(n.Node.Input[1 - stored])) AddToBias(n, x, values);
        else Keep(n, [.. values.Select(_ => 1f)], values);
    }

    public static void Sub(NodeReading n)
    {
        float[] values = n.Floats(Stored(n));
        if (Stored(n) == 1) Keep(n, [.. values.Select(_ => 1f)], [.. values.Select(v => -v)]);
        else Keep(n, [.. values.Select(_ => -1f)], values);
    }

    public static void Mul(NodeReading n)
    {
        float[] values = n.Floats(Stored(n));
        Keep(n, values, new float[values.Length]);
    }

    public static void Div(NodeReading n)
    {
        if (Stored(n) == 0) throw n.Unknown();
        float[] values = n.Floats(1);
        Keep(n, [.. values.Select(v => 1 / v)], new float[values.Length]);
    }

    /// <summary>Which input is stored.</summary>
    private static int Stored(NodeReading n)
    {
        if (n.Node.Input.Count != 2 || n.HasStored(0) == n.HasStored(1)) throw n.Unknown();
        return n.HasStored(0) ? 0 : 1;
    }

    private static void Keep(NodeReading n, float[] factors, float[] offsets)
    {
        int stored = Stored(n);
        LayerValue x = n.In(1 - stored);
        long[] dims = n.File.Dims(n.Node.Input[stored]);
        if (!factors.Concat(offsets).All(float.IsFinite)) throw n.Cannot("its numbers are not finite");
        if (factors.Length == 1)
        {
            n.Add(new LinearLayer(n.Name, x.Layer, factors[0], offsets[0]), x.C, x.H, x.W);
            return;
        }

        bool byChannel = factors.Length == x.C && (x.IsCell || (dims.Length >= 3 && dims[^3] == x.C));
        if (!byChannel) throw n.Cannot($"its numbers [{string.Join(',', dims)}] are neither one nor one for each of {x.C} channels");
        n.Add(new AffineLayer(n.Name, x.Layer), x.C, x.H, x.W);
        n.Keep("scale", factors, x.C);
        n.Keep("offset", offsets, x.C);
    }

    private static void AddToBias(NodeReading n, LayerValue x, float[] values)
    {
        float[] bias = n.Context.Weights[x.Layer + ".bias"];
        for (int k = 0; k < bias.Length; k++) bias[k] += values[k];
        n.Pass(x);
    }
}
