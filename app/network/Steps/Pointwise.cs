namespace RealtimeSeg.Network.Steps;

/// <summary>An operator that sees one element of a map at a time: it is computed where the map is, before it is stored.</summary>
/// <param name="Expression">
/// GLSL of four channels at once: <c>v</c> is the map, <c>o</c> the second operand, <c>{0}</c> and so on the numbers.
/// </param>
/// <param name="Numbers">That the expression names.</param>
/// <param name="Other">The second operand: a map, or constants; null for none.</param>
/// <param name="Spread">How it lies over the map.</param>
public record Pointwise(string Expression, IReadOnlyList<float> Numbers, Operand? Other = null, Spread Spread = Spread.Full)
{
    /// <summary>The positive part: the same before a multiplication by positive numbers and after it.</summary>
    public static Pointwise Relu { get; } = Of("max(v, 0.0)");

    /// <summary>Of one operand.</summary>
    public static Pointwise Of(string expression, params float[] numbers) => new(expression, numbers);
}
