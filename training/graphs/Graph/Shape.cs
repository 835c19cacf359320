namespace RealtimeSeg.Training.Graph;

/// <summary>A tensor's dimensions; <see cref="Dynamic"/> stands for one that is only known when the graph runs.</summary>
public sealed class Shape : IEquatable<Shape>
{
    public const long Dynamic = -1;
    private readonly long[] _dims;

    public Shape(params long[] dims) => _dims = dims;

    public static Shape Scalar { get; } = new();
    public int Rank => _dims.Length;

    /// <summary>The size along an axis; negative axes count from the last.</summary>
    public long this[int axis] => _dims[axis < 0 ? axis + Rank : axis];

    public bool IsStatic => !_dims.Contains(Dynamic);

    /// <summary>Number of elements.</summary>
    /// <exception cref="InvalidOperationException">A dimension is dynamic.</exception>
    public long Count => IsStatic
        ? _dims.Aggregate(1L, (a, b) => a * b)
        : throw new InvalidOperationException($"shape {this} has no fixed number of elements");

    public long[] ToArray() => [.. _dims];

    /// <summary>This shape with another size along one axis.</summary>
    public Shape With(int axis, long size)
    {
        long[] dims = ToArray();
        dims[axis] = size;
        return new Shape(dims);
    }

    /// <summary>Applies <paramref name="rule"/> to a size, unless it is only known when the graph runs.</summary>
    public static long Map(long size, Func<long, long> rule) => size == Dynamic ? size : rule(size);

    /// <summary>The shape of an elementwise operation on two shapes, by numpy's rule.</summary>
    /// <exception cref="ArgumentException">They do not broadcast.</exception>
    public static Shape Broadcast(Shape a, Shape b)
    {
        long[] dims = new long[Math.Max(a.Rank, b.Rank)];
        for (int i = 1; i <= dims.Length; i++)
        {
            long x = i <= a.Rank ? a._dims[^i] : 1, y = i <= b.Rank ? b._dims[^i] : 1;
            if (x == y || y == 1) dims[^i] = x;
            else if (x == 1 || x == Dynamic) dims[^i] = y;
            else dims[^i] = y == Dynamic ? x : throw new ArgumentException($"shapes {a} and {b} do not broadcast");
        }

        return new Shape(dims);
    }

    public bool Equals(Shape? other) => other is not null && _dims.AsSpan().SequenceEqual(other._dims);

    public override bool Equals(object? obj) => Equals(obj as Shape);

    public override int GetHashCode() => _dims.Aggregate(17, HashCode.Combine);

    public override string ToString() => $"[{string.Join(',', _dims.Select(d => d == Dynamic ? "?" : d.ToString()))}]";
}
