using RealtimeSeg.Core.Onnx;

namespace RealtimeSeg.Training.Quantization;

/// <summary>
/// The start of a network whose input, (byte − zero) × scale, is the picture's own bytes read as codes: where every channel is centred
/// on the same whole number. The first convolution then takes the bytes as they are, and nothing is converted before it.
/// </summary>
/// <param name="Tensor">The network's input, float [N,3,H,W].</param>
/// <param name="Bytes">The padded picture, uint8 [N,H,W,3].</param>
/// <param name="IsReversed">Whether its channels change their order on the way; the kernel's then do instead.</param>
/// <param name="Scale">Of a step between two bytes.</param>
/// <param name="Zero">The byte that stands for zero.</param>
internal sealed record PictureInput(string Tensor, string Bytes, bool IsReversed, float Scale, byte Zero)
{
    private static readonly long[] PlanesFirst = [0, 3, 1, 2], Reversed = [2, 1, 0];

    /// <summary>Reads a tensor's making backwards, as <see cref="Nn.FrameInput"/> emits it; null if it was made otherwise.</summary>
    public static PictureInput? Of(OnnxFile file, string tensor)
    {
        NodeProto? Maker(string name, string op) => file.Graph.Node.FirstOrDefault(n => n.OpType == op && n.Output.Contains(name));
        if (Maker(tensor, "Mul") is not { } scaled || Maker(scaled.Input[0], "Sub") is not { } centred) return null;
        if (Constant(file, scaled.Input[1]) is not (> 0 and var scale)) return null;
        if (Constant(file, centred.Input[1]) is not (>= 0 and <= byte.MaxValue and var mean) || mean != MathF.Round(mean)) return null;
        NodeProto? order = Maker(centred.Input[0], "Gather");
        if (order is not null && !file.Ints(order.Input[1]).AsSpan().SequenceEqual(Reversed)) return null;
        NodeProto? planes = Maker(order?.Input[0] ?? centred.Input[0], "Transpose");
        if (planes is null || !OnnxFile.IntList(planes, "perm").AsSpan().SequenceEqual(PlanesFirst)) return null;
        return Maker(planes.Input[0], "Cast") is { } cast
            ? new PictureInput(tensor, cast.Input[0], order is not null, scale, (byte)mean)
            : null;
    }

    /// <summary>A kernel [O,3,h,w] whose channels are in the picture's order.</summary>
    public float[] InOrder(float[] kernel, long[] shape)
    {
        if (!IsReversed) return kernel;
        int channels = (int)shape[1], plane = (int)(shape[2] * shape[3]);
        float[] ordered = new float[kernel.Length];
        for (int from = 0; from < kernel.Length; from += plane)
        {
            int index = from / plane, channel = index % channels;
            kernel.AsSpan(from, plane).CopyTo(ordered.AsSpan((index - channel + channels - 1 - channel) * plane));
        }

        return ordered;
    }

    /// <summary>The one value of a stored tensor; null if it is not stored, or holds several.</summary>
    private static float? Constant(OnnxFile file, string name)
    {
        if (!file.IsStored(name)) return null;
        float[] values = file.Floats(name);
        return values.Length > 0 && Array.TrueForAll(values, v => v == values[0]) ? values[0] : null;
    }
}
