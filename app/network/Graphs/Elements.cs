using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Network.Graphs;

/// <summary>Operators on single elements.</summary>
internal static class Elements
{
    /// <summary>A power with more is none that networks have.</summary>
    private const int MostFactors = 8;

    /// <summary>One operand: <c>v</c> in the expression.</summary>
    public static void Unary(NodeReader n, string expression, params float[] numbers)
        => n.Append(n.Map(0), Pointwise.Of(expression, numbers));

    /// <summary>Two operands, of which one may be repeated over the other.</summary>
    /// <param name="n">The node.</param>
    /// <param name="expression">GLSL with <c>{a}</c> and <c>{b}</c>.</param>
    /// <param name="compute">The same for two numbers that are known.</param>
    public static void Binary(NodeReader n, string expression, Func<double, double, double> compute)
    {
        if (n.Inputs != 2) throw n.Cannot($"it has {n.Inputs} operands");
        if (n.Raw(0) is Constant known && n.Raw(1) is Constant other)
        {
            n.Bind(Computed(n, known, other, compute));
            return;
        }

        if (n.Raw(0) is Constant)
        {
            Over(n, n.Map(1), n.Known(0), o => In(expression, o, "v"));
            return;
        }

        if (n.Raw(1) is Constant right)
        {
            Over(n, n.Map(0), right, o => In(expression, "v", o));
            return;
        }

        (Map a, Map b) = (n.RawMap(0), n.RawMap(1));
        long[] dims = Common(n, a.Dims, b.Dims);
        // What is computed last can be continued without waiting for the other one.
        bool aIsFirst = a.Dims.SequenceEqual(dims) && !(b.Dims.SequenceEqual(dims) && n.PlaceOf(b) > n.PlaceOf(a));
        if (aIsFirst) Pair(n, a, b, (v, o) => In(expression, v, o));
        else if (b.Dims.SequenceEqual(dims)) Pair(n, b, a, (v, o) => In(expression, o, v));
        else Pair(n, Windows.Spread(n, n.Map(0), dims), b, (v, o) => In(expression, v, o));
    }

    /// <summary>Two maps, each in its unit.</summary>
    private static void Pair(NodeReader n, Map map, Map other, Func<string, string, string> expression)
    {
        string first = map.Unit == 1 ? "v" : "(v * {0})", second = other.Unit == 1 ? "o" : "(o * {1})";
        float[] units = (map.Unit, other.Unit) is (1, 1) ? [] : [map.Unit, other.Unit];
        n.Append(map, new Pointwise(expression(first, second), units, other, SpreadOf(n, map, other)));
    }

    /// <summary>Integers without the remainder: half of 1 is added first, so that no driver's rounding falls below the quotient.</summary>
    public static void Divide(NodeReader n)
        => Binary(n, n.IsIntegral(0) ? "sign({a}) * sign({b}) * floor((abs({a}) + 0.5) / abs({b}))" : "{a} / {b}", (a, b) => a / b);

    /// <summary>Powers that are products, and roots: GLSL's own power knows no negative numbers.</summary>
    public static void Power(NodeReader n)
    {
        Constant exponents = n.Known(1);
        if (n[0] is Constant)
        {
            Binary(n, "", Math.Pow);
            return;
        }

        if (exponents is not { Length: 1 } one) throw n.Cannot("it has more than one exponent");
        float exponent = one.AsFloats[0];
        string product = string.Join(" * ", Enumerable.Repeat("v", (int)Math.Min(Math.Abs(exponent), MostFactors + 1)));
        Unary(n, exponent switch
        {
            0 => "vec4(1.0)",
            0.5f => "sqrt(v)",
            > 0 and <= MostFactors when float.IsInteger(exponent) => product,
            < 0 and >= -MostFactors when float.IsInteger(exponent) => $"1.0 / ({product})",
            _ => throw n.Cannot($"its exponent is {exponent}"),
        });
    }

    /// <summary>As a line with two bends.</summary>
    public static void HardSigmoid(NodeReader n)
        => Unary(n, "clamp({0} * v + {1}, 0.0, 1.0)", n.Float("alpha", 0.2f), n.Float("beta", 0.5f));

    public static void Mod(NodeReader n)
    {
        if (n.Int("fmod", 0) != 0) throw n.Cannot("fmod");
        n.Bind(Computed(n, n.Known(0), n.Known(1), (a, b) => a - (b * Math.Floor(a / b))));
    }

    public static void Negate(NodeReader n)
    {
        if (n[0] is Constant { Integers: { } integers } list) n.Bind(Constant.Of([.. integers.Select(i => -i)], list.Dims));
        else Unary(n, "-v");
    }

    /// <summary>Bounds are inputs, and were attributes once.</summary>
    public static void Clip(NodeReader n)
    {
        float low = n.Number(1, n.Float("min", float.MinValue)), high = n.Number(2, n.Float("max", float.MaxValue));
        n.Append(n.Map(0), low == 0 && high == float.MaxValue
            ? Pointwise.Relu
            : Pointwise.Of("clamp(v, {0}, {1})", low, high));
    }

    /// <summary>Floats as the codes that they are rounded to: numbers remain floats.</summary>
    public static void Quantize(NodeReader n)
    {
        (float scale, float zero, bool isSigned) = (n.Number(1, 1), n.Number(2, 0), n.Has(2) && IsSigned(n));
        (float low, float high) = isSigned ? (-128f, 127f) : (0f, 255f);
        if (n.Has(2) && !n.Known(2).IsByte) throw n.Cannot("its codes are not of 8 bits");
        Map map = n.Map(0);
        n.Append(map, n.Divide(map, scale)
            ? Pointwise.Of("clamp(roundEven(v) + {0}, {1}, {2})", zero, low, high)
            : Pointwise.Of("clamp(roundEven(v / {0}) + {1}, {2}, {3})", scale, zero, low, high), isInteger: true);
    }

    /// <summary>Codes as floats: of a map, or of constants with a scale for each channel.</summary>
    public static void Dequantize(NodeReader n)
    {
        if (n[0] is Constant codes)
        {
            n.Bind(Dequantized(n, codes));
            return;
        }

        float zero = n.Number(2, 0);
        n.Append(n.Map(0), zero == 0 ? Pointwise.Of("v") : Pointwise.Of("v - {0}", zero), unit: n.Number(1, 1));
    }

    /// <summary>Whether the codes have signs: only the type of their zero tells.</summary>
    private static bool IsSigned(NodeReader n) => n.Known(2) is { IsSigned: true };

    private static Constant Dequantized(NodeReader n, Constant codes)
    {
        float[] scales = n.Known(1).AsFloats, zeros = n.Has(2) ? n.Known(2).AsFloats : [0];
        long axis = scales.Length == 1 ? 0 : n.Int("axis", 1);
        if (axis < 0) axis += codes.Dims.Length;
        long inner = Operand.Count(codes.Dims.Skip((int)axis + 1)), channels = scales.Length;
        if (channels > 1 && channels != codes.Dims[axis] || zeros.Length != 1 && zeros.Length != channels)
            throw n.Cannot($"it has {channels} scales for [{string.Join(',', codes.Dims)}]");
        float[] from = codes.AsFloats, whole = new float[from.Length], to = new float[from.Length];
        for (int i = 0; i < to.Length; i++)
        {
            long c = i / inner % channels;
            whole[i] = from[i] - zeros[zeros.Length == 1 ? 0 : c];
            to[i] = whole[i] * scales[c];
        }

        bool byFirst = scales.Length == 1 || axis == 0;
        return Constant.Of(to, codes.Dims) with
        {
            Quantized = byFirst ? new QuantizedConstant(Constant.Of(whole, codes.Dims), Constant.Of(scales, scales.Length)) : null,
        };
    }

    private static void Over(NodeReader n, Map map, Operand other, Func<string, string> expression)
    {
        if (!Common(n, map.Dims, other.Dims).SequenceEqual(map.Dims)) throw n.Cannot(DoesNotLie(map, other));
        if (other is Constant { Length: 1 } one)
        {
            n.Append(map, Pointwise.Of(expression("{0}"), one.AsFloats[0]));
            return;
        }

        n.Append(map, new Pointwise(expression("o"), [], other, SpreadOf(n, map, other)));
    }

    private static Spread SpreadOf(NodeReader n, Map map, Operand other)
    {
        MapShape whole = map.Shape, laid = Map.Laid(other.Dims, map.HasChannelsLast);
        if (!map.IsAligned || other is Map { IsAligned: false } || other.Dims.SkipLast(3).Any(d => d != 1))
            throw n.Cannot("its operands are no images");
        if (other is Map m && m.HasChannelsLast != map.HasChannelsLast) throw n.Cannot("its operands have channels in different places");
        return laid switch
        {
            (1, 1, 1) => Spread.Single,
            _ when laid == whole => Spread.Full,
            _ when laid == new MapShape(whole.Channels, 1, 1) => Spread.Channel,
            _ when laid == whole with { Channels = 1 } => Spread.Cell,
            _ => throw n.Cannot(DoesNotLie(map, other)),
        };
    }

    private static string DoesNotLie(Map map, Operand other)
        => $"[{string.Join(',', other.Dims)}] does not lie over [{string.Join(',', map.Dims)}]";

    /// <summary>The dimensions of two operands together.</summary>
    public static long[] Common(NodeReader n, long[] a, long[] b)
    {
        int rank = Math.Max(a.Length, b.Length);
        long At(long[] dims, int i) => i < rank - dims.Length ? 1 : dims[i - (rank - dims.Length)];
        long[] common = [.. Enumerable.Range(0, rank).Select(i => Math.Max(At(a, i), At(b, i)))];
        bool fits = Enumerable.Range(0, rank).All(i => At(a, i) is var x && At(b, i) is var y && (x == 1 || y == 1 || x == y));
        return fits ? common : throw n.Cannot($"[{string.Join(',', a)}] and [{string.Join(',', b)}] do not go together");
    }

    private static string In(string expression, string a, string b)
        => expression.Replace("{a}", a, StringComparison.Ordinal).Replace("{b}", b, StringComparison.Ordinal);

    /// <summary>Two constants, of which one may be repeated over the other.</summary>
    private static Constant Computed(NodeReader n, Constant a, Constant b, Func<double, double, double> compute)
    {
        long[] dims = Common(n, a.Dims, b.Dims);
        double[] left = Layouts.Doubles(Layouts.Repeated(n, a, dims)), right = Layouts.Doubles(Layouts.Repeated(n, b, dims));
        double[] result = [.. left.Zip(right, compute)];
        bool areIntegers = a.Integers is not null && b.Integers is not null;
        if (areIntegers && !result.All(double.IsFinite)) throw n.Cannot("its result is no integer");
        return areIntegers
            ? Constant.Of([.. result.Select(r => (long)Math.Truncate(r))], dims)
            : Constant.Of([.. result.Select(r => (float)r)], dims);
    }
}
