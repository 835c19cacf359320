namespace RealtimeSeg.Network.Steps;

/// <summary>Constants in the order in which a kernel reads them, four floats to a texel.</summary>
/// <param name="Source">What they were made from: with the layout, what tells that two are the same.</param>
/// <param name="Layout">The name of the order.</param>
/// <param name="Make">Makes the texels; called once.</param>
public sealed record Packed(Constant Source, string Layout, Func<float[]> Make)
{
    private const int Four = MapShape.BlockSize;

    /// <summary>A list of channels: blocks of four, the last filled up with zeros.</summary>
    public static Packed Channels(Constant list) => new(list, "channels", () => Blocks(list.AsFloats, list.AsFloats.Length, 1));

    /// <summary>A map [C,H,W].</summary>
    public static Packed Cells(Constant map, MapShape shape)
        => new(map, "cells", () => Blocks(map.AsFloats, shape.Channels, shape.Height * shape.Width));

    /// <summary>
    /// Kernels [O,I,KH,KW] of a convolution: for each group of output blocks, each block of inputs and each row of the kernel, the
    /// kernel's columns × four inputs × the group's blocks.
    /// </summary>
    /// <param name="kernels">ONNX's order.</param>
    /// <param name="group">Output blocks that an invocation makes.</param>
    public static Packed Kernels(Constant kernels, int group) => new(kernels, $"kernels of {group}", () =>
    {
        (int o, int i, int kh, int kw) = Dims(kernels);
        float[] from = kernels.AsFloats;
        int groups = Up(o, Four * group), blocks = Up(i, Four);
        float[] to = new float[groups * group * Four * blocks * Four * kh * kw];
        for (int next = 0; next < to.Length; next++)
        {
            (int rest, int output) = Math.DivRem(next, group * Four);
            (rest, int input) = Math.DivRem(rest, Four);
            (rest, int x) = Math.DivRem(rest, kw);
            (rest, int y) = Math.DivRem(rest, kh);
            (int g, int b) = Math.DivRem(rest, blocks);
            output += g * group * Four;
            input += b * Four;
            if (input < i && output < o) to[next] = from[(((((output * i) + input) * kh) + y) * kw) + x];
        }

        return to;
    });

    /// <summary>Kernels [I,O,KH,KW] of a transposed convolution in the order of <see cref="Kernels"/>.</summary>
    public static Packed Transposed(Constant kernels, int group) => new(kernels, $"transposed of {group}", () =>
    {
        (int i, int o, int kh, int kw) = Dims(kernels);
        float[] from = kernels.AsFloats, swapped = new float[from.Length];
        int area = kh * kw;
        for (int a = 0; a < i; a++)
        {
            for (int b = 0; b < o; b++) from.AsSpan(((a * o) + b) * area, area).CopyTo(swapped.AsSpan(((b * i) + a) * area));
        }

        return Kernels(Constant.Of(swapped, o, i, kh, kw), group).Make();
    });

    /// <summary>Kernels [C,1,KH,KW] of a depthwise convolution: for each block, the kernel's cells.</summary>
    public static Packed Depthwise(Constant kernels) => new(kernels, "depthwise", () =>
    {
        (int c, _, int kh, int kw) = Dims(kernels);
        return Blocks(kernels.AsFloats, c, kh * kw);
    });

    /// <summary>[C][cells] as [blocks][cells][4].</summary>
    private static float[] Blocks(float[] from, int channels, int cells)
    {
        float[] to = new float[Up(channels, Four) * Four * cells];
        for (int c = 0; c < channels; c++)
        {
            for (int i = 0; i < cells; i++) to[(((c / Four * cells) + i) * Four) + (c % Four)] = from[(c * cells) + i];
        }

        return to;
    }

    private static (int, int, int, int) Dims(Constant k) => ((int)k.Dims[0], (int)k.Dims[1], (int)k.Dims[2], (int)k.Dims[3]);

    private static int Up(int count, int by) => (count + by - 1) / by;
}
