using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Network.Graphs;

/// <summary>Operators that compute nothing: shapes, types and order, of maps and of what is known before a frame comes.</summary>
internal static class Layouts
{
    /// <summary>The last index of a Slice may be any number: this is large enough for all.</summary>
    private const long Far = int.MaxValue;

    /// <summary>ONNX's code of 64-bit floats, which nothing else here has.</summary>
    private const ElementType Double = (ElementType)11;

    /// <summary>Whether a type is one of floats, which all are floats of 32 bits here.</summary>
    public static bool IsFloat(ElementType type) => type is ElementType.Float or ElementType.Float16 or Double;

    /// <summary>
    /// Maps are floats whatever they are called; their fractions are cut off where they become integers, and of bytes the low ones are
    /// kept.
    /// </summary>
    public static void Cast(NodeReader n)
    {
        ElementType to = (ElementType)n.Int("to", 1);
        string? whole = to switch
        {
            ElementType.Int32 or ElementType.Int64 => "trunc(v)",
            ElementType.UInt8 => "trunc(v) - 256.0 * floor(trunc(v) / 256.0)",
            ElementType.Int8 => "trunc(v) - 256.0 * floor((trunc(v) + 128.0) / 256.0)",
            ElementType.Bool => "vec4(notEqual(v, vec4(0.0)))",
            _ => null,
        };
        switch (n[0])
        {
            case Constant c when IsFloat(to):
                n.Bind(c.Floats is not null ? c : Constant.Of(c.AsFloats, c.Dims));
                break;
            case Operand o when IsFloat(to):
                n.Bind(o);
                break;
            case Constant c when whole is not null:
                n.Bind(Constant.Of([.. Doubles(c).Select(d => Whole(d, to))], c.Dims) with { IsSigned = to != ElementType.UInt8 });
                break;
            case Map same when to is ElementType.UInt8 ? same.IsByte : same.IsInteger && to is (ElementType.Int32 or ElementType.Int64):
                n.Bind(same);
                break;
            case Map map when whole is not null:
                n.Append(map, Pointwise.Of(whole), isInteger: true);
                break;
            default:
                throw n.Cannot($"to type {(int)to}");
        }
    }

    private static long Whole(double number, ElementType to) => to switch
    {
        ElementType.Bool => number != 0 ? 1 : 0,
        ElementType.UInt8 => unchecked((byte)(long)number),
        ElementType.Int8 => unchecked((sbyte)(long)number),
        _ => (long)number,
    };

    /// <summary>Of the frame, whose channels come last in memory and first in the network.</summary>
    public static void Transpose(NodeReader n)
    {
        long[] order = n.Ints("perm");
        n.Bind((n[0], order) switch
        {
            (Map { IsImage: true, HasChannelsLast: true } m, [0, 3, 1, 2]) => Reordered(m, [1, m.Dims[3], m.Dims[1], m.Dims[2]]),
            (Map { IsImage: true, HasChannelsLast: false } m, [0, 2, 3, 1]) => Reordered(m, [1, m.Dims[2], m.Dims[3], m.Dims[1]]),
            _ => throw n.Cannot("it does not move the channels to the front or to the end"),
        });
    }

    public static void Shape(NodeReader n)
    {
        long[] all = n.Raw(0).Dims;
        int At(long index) => (int)Math.Clamp(index < 0 ? index + all.Length : index, 0, all.Length);
        int start = At(n.Int("start", 0)), end = At(n.Int("end", all.Length));
        long[] dims = all[start..Math.Max(start, end)];
        n.Bind(Constant.Of(dims, dims.Length));
    }

    /// <summary>Elements of a known list, or channels in another order.</summary>
    public static void Gather(NodeReader n)
    {
        long[] indices = n.Integers(1)!;
        if (n[0] is Constant { Integers: { } list } known && known.Dims.Length == 1)
        {
            long[] found = [.. indices.Select(i => list[i < 0 ? i + list.Length : i])];
            n.Bind(Constant.Of(found, n.Known(1).Dims));
            return;
        }

        Map x = n.Image(0);
        int channels = x.Shape.Channels;
        if (n.Int("axis", 0) is not (1 or -3) || channels > MapShape.BlockSize || n.Known(1).Dims is not [var count] || count != channels)
            throw n.Cannot("it is no other order of a few channels");
        indices = [.. indices.Select(i => i < 0 ? i + channels : i)];
        if (indices.Any(i => i < 0 || i >= channels)) throw n.Cannot($"it takes other channels than the {channels} that are there");
        string lanes = string.Concat(Enumerable.Range(0, MapShape.BlockSize).Select(i => "xyzw"[i < indices.Length ? (int)indices[i] : i]));
        n.Append(x, Pointwise.Of($"v.{lanes}"), x.IsInteger);
    }

    public static void Reshape(NodeReader n)
    {
        long[] wanted = n.Integers(1)!;
        Operand x = n[0];
        if (wanted is [-1] && x is Map or Switches)
        {
            n.Bind(new Flat(x));
            return;
        }

        if (x is Flat flat) x = flat.Of;
        long[] dims = [.. wanted.Select((w, i) => w == 0 ? x.Dims[i] : w)];
        long count = Operand.Count(x.Dims), known = Operand.Count(dims.Where(d => d > 0));
        dims = [.. dims.Select(d => d == -1 ? count / known : d)];
        if (Operand.Count(dims) != count) throw n.Cannot($"[{string.Join(',', x.Dims)}] is not [{string.Join(',', dims)}]");
        n.Bind(x switch
        {
            Constant c => c.Reshaped(dims),
            _ when dims.SequenceEqual(x.Dims) => x,
            Map map => Renamed(n, map, dims),
            _ => throw n.Cannot("it is no image"),
        });
    }

    public static void Squeeze(NodeReader n)
    {
        long[] axes = n.Integers(1) ?? n.Ints("axes");
        long[] from = n[0].Dims;
        Bind(n, [.. from.Where((d, i) => axes.Length == 0 ? d != 1 : !axes.Any(a => (a < 0 ? a + from.Length : a) == i))]);
    }

    public static void Unsqueeze(NodeReader n)
    {
        long[] axes = n.Integers(1) ?? n.Ints("axes");
        List<long> dims = [.. n[0].Dims];
        foreach (long axis in axes.Select(a => a < 0 ? a + n[0].Dims.Length + axes.Length : a).Order()) dims.Insert((int)axis, 1);
        Bind(n, [.. dims]);
    }

    public static void Product(NodeReader n)
    {
        long[] list = n.Integers(0)!;
        if (n.Known(0).Dims.Length != 1) throw n.Cannot("it is not over a list");
        n.Bind(Constant.Of([Operand.Count(list)], n.Int("keepdims", 1) != 0 ? [1] : []));
    }

    public static void Zeros(NodeReader n)
        => n.Bind(n.IsZero("value") ? new Zeros(n.Integers(0)!) : throw n.Cannot("its value is not 0"));

    /// <summary>What a Slice takes: axes, with their first and the index after their last.</summary>
    public static IEnumerable<(int Axis, long First, long Last)> Ranges(NodeReader n, long[] dims)
    {
        long[] starts = n.Integers(1) ?? n.Ints("starts"), ends = n.Integers(2) ?? n.Ints("ends");
        long[] axes = n.Integers(3) ?? n.Ints("axes", [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)]);
        if (n.Integers(4) is { } steps && steps.Any(s => s != 1)) throw n.Cannot("it skips elements");
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = (int)(axes[i] < 0 ? axes[i] + dims.Length : axes[i]);
            long At(long index) => Math.Clamp(index < 0 ? index + dims[axis] : Math.Min(index, Far), 0, dims[axis]);
            yield return (axis, At(starts[i]), At(ends[i]));
        }
    }

    /// <summary>A part of a known list.</summary>
    public static Constant Sliced(NodeReader n, Constant list)
    {
        if (list.Dims.Length != 1) throw n.Cannot("it cuts constants that are no list");
        (_, long first, long last) = Ranges(n, list.Dims).Single();
        int count = (int)Math.Max(0, last - first);
        return list.Integers is { } integers
            ? Constant.Of(integers.AsSpan((int)first, count).ToArray(), count)
            : Constant.Of(list.Floats!.AsSpan((int)first, count).ToArray(), count);
    }

    /// <summary>Known lists one after the other.</summary>
    public static Constant Joined(NodeReader n, IReadOnlyList<Constant> lists)
    {
        if (lists.Any(l => l.Dims.Length != 1 || l.Integers is null)) throw n.Cannot("it joins constants that are no lists of integers");
        long[] all = [.. lists.SelectMany(l => l.Integers!)];
        return Constant.Of(all, all.Length);
    }

    /// <summary>A constant whose dimensions of 1 are repeated.</summary>
    public static Constant Repeated(NodeReader n, Constant constant, long[] dims)
    {
        if (constant.Length == Operand.Count(dims)) return constant.Reshaped(dims);
        int count = (int)Operand.Count(dims), missing = dims.Length - constant.Dims.Length;
        if (missing < 0) throw n.Cannot("it leaves out dimensions");
        int[] from = new int[count]; // the element that each comes from
        for (int i = 0; i < count; i++)
        {
            for (int axis = dims.Length - 1, rest = i, step = 1; axis >= missing; axis--)
            {
                int length = (int)constant.Dims[axis - missing], at = rest % (int)dims[axis];
                from[i] += length == 1 ? 0 : at * step;
                rest /= (int)dims[axis];
                step *= length;
            }
        }

        return constant.Integers is { } integers
            ? Constant.Of([.. from.Select(f => integers[f])], dims)
            : Constant.Of([.. from.Select(f => constant.Floats![f])], dims);
    }

    public static double[] Doubles(Constant c)
        => c.Integers is { } integers ? [.. integers.Select(i => (double)i)] : [.. c.Floats!.Select(f => (double)f)];

    private static void Bind(NodeReader n, long[] dims) => n.Bind(n[0] switch
    {
        Constant c when c.Length == Operand.Count(dims) => c.Reshaped(dims),
        Map map => Renamed(n, map, dims),
        _ => throw n.Cannot("it is no image"),
    });

    /// <summary>The same map with dimensions of 1 added or left out: its memory stays as it is.</summary>
    private static Map Renamed(NodeReader n, Map map, long[] dims)
    {
        if (!dims.Where(d => d != 1).SequenceEqual(map.Dims.Where(d => d != 1))) throw n.Cannot("it orders a map's elements anew");
        return map with { Dims = dims, Storage = map.Storage };
    }

    private static Map Reordered(Map map, long[] dims)
        => map with { Dims = dims, HasChannelsLast = !map.HasChannelsLast, Storage = map.Storage };
}
