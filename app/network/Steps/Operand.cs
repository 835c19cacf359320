using System.Runtime.CompilerServices;

namespace RealtimeSeg.Network.Steps;

/// <summary>What a name of the graph stands for.</summary>
/// <param name="Dims">Its shape as ONNX has it.</param>
public abstract record Operand(long[] Dims)
{
    /// <summary>The product of some dimensions.</summary>
    public static long Count(IEnumerable<long> dims) => dims.Aggregate(1L, (a, b) => checked(a * b));
}

/// <summary>Numbers that are known before a frame comes: floats, or integers.</summary>
/// <param name="Dims">As ONNX has it.</param>
/// <param name="Floats">If they are floats.</param>
/// <param name="Integers">If they are integers.</param>
/// <param name="IsSigned">Whether the integers were stored with a sign.</param>
public sealed record Constant(long[] Dims, float[]? Floats, long[]? Integers, bool IsSigned = true) : Operand(Dims)
{
    /// <summary>Whether the file has them as integers of 8 bits.</summary>
    internal bool IsByte { get; init; }

    /// <summary>What they were quantised to, if they were: codes less their zero, and what 1 stands for in each channel.</summary>
    internal QuantizedConstant? Quantized { get; init; }

    public static Constant Of(float[] values, params long[] dims) => new(dims, values, null);

    public static Constant Of(long[] values, params long[] dims) => new(dims, null, values);

    public long Length => Count(Dims);

    /// <summary>The same numbers under other dimensions. Scales of channels, which may have other places now, are left behind.</summary>
    internal Constant Reshaped(long[] dims) => this with { Dims = dims, Quantized = null };

    /// <summary>The same as floats.</summary>
    public float[] AsFloats => Floats ?? [.. Integers!.Select(i => (float)i)];
}

/// <summary>Codes of constants, and their scales.</summary>
/// <param name="Codes">Whole numbers, less the zero's code.</param>
/// <param name="Scales">One for all, or one for each entry of the first dimension.</param>
internal sealed record QuantizedConstant(Constant Codes, Constant Scales);

/// <summary>A feature map, computed for each frame.</summary>
/// <param name="Dims">As ONNX has it.</param>
/// <param name="Shape">As memory has it: dimensions of one image; what ONNX has reduced away is 1.</param>
public sealed record Map(long[] Dims, MapShape Shape) : Operand(Dims)
{
    private readonly Map? _storage;

    /// <summary>Whether its numbers are whole: what makes them floats again changes nothing.</summary>
    public bool IsInteger { get; init; }

    /// <summary>
    /// What 1 in it stands for. Codes of a quantised network have a scale that is left to what reads them: sums of their products are
    /// whole numbers, exact in floats, and so the same as those of integer kernels.
    /// </summary>
    internal float Unit { get; init; } = 1;

    /// <summary>Whether its numbers are whole ones that a byte can be.</summary>
    internal bool IsByte { get; init; }

    /// <summary>Whether ONNX has channels last, as in the frame. Memory has them first all the same.</summary>
    public bool HasChannelsLast { get; init; }

    /// <summary>The map whose memory this is, under other dimensions; itself as a rule.</summary>
    public Map Storage { get => _storage ?? this; init => _storage = value; }

    /// <summary>The dimensions of height and width in <see cref="Operand.Dims"/>.</summary>
    public (int Height, int Width) Axes => HasChannelsLast ? (1, 2) : (Dims.Length - 2, Dims.Length - 1);

    /// <summary>The dimension of the channels, in a map of four.</summary>
    public int ChannelAxis => HasChannelsLast ? 3 : 1;

    /// <summary>Whether ONNX's last three dimensions are those of memory, and those before them 1.</summary>
    internal bool IsAligned => Laid(Dims, HasChannelsLast) == Shape && Dims.SkipLast(3).All(d => d == 1);

    /// <summary>Whether it is [1,C,H,W] or, with channels last, [1,H,W,C].</summary>
    internal bool IsImage => Dims.Length == 4 && IsAligned;

    /// <summary>The shape of which some dimensions are the last three.</summary>
    internal static MapShape Laid(long[] dims, bool hasChannelsLast)
    {
        int At(int fromEnd) => fromEnd <= dims.Length ? (int)dims[^fromEnd] : 1;
        return hasChannelsLast ? new MapShape(At(1), At(3), At(2)) : new MapShape(At(3), At(2), At(1));
    }

    /// <summary>[1,C,H,W].</summary>
    public static Map Of(int channels, int height, int width) => new([1, channels, height, width], new MapShape(channels, height, width));

    /// <summary>A map of another height and width, in the same order of dimensions.</summary>
    public Map Sized(int height, int width)
    {
        long[] dims = [.. Dims];
        (dims[Axes.Height], dims[Axes.Width]) = (height, width);
        return new Map(dims, Shape with { Height = height, Width = width }) { IsInteger = IsInteger, HasChannelsLast = HasChannelsLast };
    }

    /// <summary>A map of the same size and order.</summary>
    public Map Alike(bool isInteger = false) => new(Dims, Shape) { IsInteger = isInteger, HasChannelsLast = HasChannelsLast };

    /// <summary>Two maps are the same one only if they are the same object.</summary>
    public bool Equals(Map? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
}
