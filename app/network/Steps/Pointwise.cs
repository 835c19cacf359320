namespace RealtimeSeg.Network.Steps;

/// <summary>An operator that sees one element of a map at a time: it is computed where the map is, before it is stored.</summary>
/// <param name="Expression">
/// GLSL of four channels at once: <c>v</c> is the map, <c>o</c> the second operand, <c>{0}</c> and so on the numbers.
/// </param>
/// <param name="Numbers">That the expression names.</param>
/// <param name="Other">The second operand: a map, or constants; null for none.</param>
/// <param name="Spread">How it lies over the map.</param>
public sealed record Pointwise(string Expression, IReadOnlyList<float> Numbers, Operand? Other = null, Spread Spread = Spread.Full)
{
    /// <summary>The positive part: the same before a multiplication by positive numbers and after it.</summary>
    internal static Pointwise Relu { get; } = Of("max(v, 0.0)");

    /// <summary>The units that a convolution of codes is multiplied by, if that is what it does.</summary>
    internal (float Map, Constant Kernels)? Units { get; private init; }

    /// <summary>
    /// A convolution of codes multiplied by what 1 stands for: in its map, and in its kernels for each channel. Where the result is
    /// quantised again, the division by the new codes' scale becomes part of it: rounded as integer kernels round it.
    /// </summary>
    /// <param name="unit">What 1 in the map stands for.</param>
    /// <param name="scales">What 1 in the kernels stands for, of each output channel or of all.</param>
    /// <param name="divisor">What 1 in the result stands for.</param>
    internal static Pointwise Scaling(float unit, Constant scales, float divisor = 1) => scales.Length == 1
        ? Of("v * {0}", unit * scales.AsFloats[0] / divisor) with { Units = (unit, scales) }
        : new Pointwise("v * (o * {0} / {1})", [unit, divisor], scales, Spread.Channel) { Units = (unit, scales) };

    /// <summary>Of one operand.</summary>
    public static Pointwise Of(string expression, params float[] numbers) => new(expression, numbers);
}
