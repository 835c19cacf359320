namespace RealtimeSeg.Training.Networks.Classifiers.Readers;

/// <summary>
/// Convolutions, and the batch norms that are folded into them: a body is tuned with the statistics that it was trained with, because
/// those of a few images are worse, and a convolution is what the exported file has in the end.
/// </summary>
internal static class ConvolutionReaders
{
    public static void Conv(NodeReading n)
    {
        LayerValue x = n.Padded();
        long[] dims = n.File.Dims(n.Node.Input[1]); // [M,C/group,kernel,kernel]
        long[] strides = n.Ints("strides", 1, 1), dilations = n.Ints("dilations", 1, 1);
        if (dims.Length != 4 || dims[2] != dims[3] || strides.Distinct().Count() != 1 || dilations.Distinct().Count() != 1)
            throw n.Cannot("kernel, stride and dilation must be square");

        (long outputs, long kernel, long stride, long dilation) = (dims[0], dims[2], strides[0], dilations[0]);
        long group = n.Int("group", 1);
        if (stride < 1 || dilation < 1 || group < 1 || dims.Any(d => d < 1) || dims[1] * group != x.C)
            throw n.Cannot($"weights [{string.Join(',', dims)}] do not fit {x.C} channels");

        long reach = (dilation * (kernel - 1)) + 1;
        long[] pads = Padding.Of(n, x, stride, reach);
        long h = ((x.H + pads[0] + pads[2] - reach) / stride) + 1, w = ((x.W + pads[1] + pads[3] - reach) / stride) + 1;
        n.Add(new ConvLayer(n.Name, x.Layer, outputs, kernel, stride, pads, group, dilation), outputs, h, w);
        n.Keep("weight", n.Floats(1), dims.Aggregate((a, b) => a * b));
        n.Keep("bias", n.Node.Input.Count > 2 && n.Node.Input[2].Length > 0 ? n.Floats(2) : new float[outputs], outputs);
    }

    /// <summary>Batch norm with its fixed statistics is scale·x + offset per channel; a convolution before it absorbs both.</summary>
    public static void BatchNorm(NodeReading n)
    {
        if (n.Node.Input.Count < 5) throw n.Cannot("it has no statistics");
        LayerValue x = n.In();
        float[][] p = [.. Enumerable.Range(1, 4).Select(n.Floats)];
        if (p.Any(v => v.Length != x.C)) throw n.Cannot($"its statistics are not of {x.C} channels");

        (float[] gamma, float[] beta, float[] mean, float[] variance) = (p[0], p[1], p[2], p[3]);
        float epsilon = n.Float("epsilon", 1e-5f);
        float[] scale = [.. gamma.Zip(variance, (g, v) => g / MathF.Sqrt(v + epsilon))];
        float[] offset = [.. beta.Zip(mean, scale).Select(v => v.First - (v.Second * v.Third))];
        bool afterConv = n.Context.Layers.LastOrDefault(l => l.Name == x.Layer) is ConvLayer;
        if (afterConv && n.Context.IsReadOnce(n.Node.Input[0]))
        {
            Fold(n, x.Layer, scale, offset);
            n.Pass(x);
            return;
        }

        n.Add(new AffineLayer(n.Name, x.Layer));
        n.Keep("scale", scale, x.C);
        n.Keep("offset", offset, x.C);
    }

    private static void Fold(NodeReading n, string layer, float[] scale, float[] offset)
    {
        float[] kernel = n.Context.Weights[layer + ".weight"], bias = n.Context.Weights[layer + ".bias"];
        int fan = kernel.Length / scale.Length;
        for (int k = 0; k < kernel.Length; k++) kernel[k] *= scale[k / fan];
        for (int k = 0; k < bias.Length; k++) bias[k] = (bias[k] * scale[k]) + offset[k];
    }
}
