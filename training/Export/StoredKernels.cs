using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;
using RealtimeSeg.Training.Quantization;

namespace RealtimeSeg.Training.Export;

/// <summary>Kernels in fewer bits, widened to 32-bit floats when the file is loaded: ONNX Runtime folds those nodes away.</summary>
public static class StoredKernels
{
    /// <summary>As 16-bit floats.</summary>
    public static Value Half(GraphBuilder g, string name, ReadOnlySpan<float> values, Shape shape)
    {
        Half[] halves = new Half[values.Length];
        TensorPrimitives.ConvertToHalf(values, halves);
        return g.CastInitializer(name, MemoryMarshal.AsBytes<Half>(halves), ElementType.Float16, shape);
    }

    /// <summary>As 8-bit codes with a scale for each output channel, see <see cref="ChannelCodes"/>.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="name">Of the stored codes.</param>
    /// <param name="values">The kernel, one output channel after the other.</param>
    /// <param name="shape">Its shape; the first axis is the output channels.</param>
    public static Value Bytes(GraphBuilder g, string name, ReadOnlySpan<float> values, Shape shape)
    {
        (sbyte[] codes, float[] scales) = ChannelCodes.Of(values, (int)shape[0]);
        Value scale = g.Initializer(name + ".scale", scales, new Shape([scales.Length, .. Enumerable.Repeat(1L, shape.Rank - 1)]));
        Value stored = g.CastInitializer(name, MemoryMarshal.AsBytes<sbyte>(codes), ElementType.Int8, shape);
        return Elementwise.Mul(g, stored, scale);
    }
}
