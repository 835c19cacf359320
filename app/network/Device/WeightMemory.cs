using System.Runtime.CompilerServices;
using RealtimeSeg.Network.Steps;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>A network's constants on the GPU, each once, whatever sizes of the frame need it.</summary>
internal sealed class WeightMemory(GL gl, bool half) : IDisposable
{
    private readonly Dictionary<(Constant Source, string Layout), int> _starts = new(Same.Instance);
    private readonly List<(int Start, float[] Values)> _waiting = [];
    private GlBuffer? _buffer;
    private int _length;

    /// <summary>To be read from; null without constants.</summary>
    public GlBuffer? Buffer => _buffer;

    /// <summary>Where constants will lie after <see cref="Upload"/>.</summary>
    public int Place(Packed packed)
    {
        if (_starts.TryGetValue((packed.Source, packed.Layout), out int known)) return known;
        float[] values = packed.Make();
        int start = _length;
        _waiting.Add((start, values));
        _starts[(packed.Source, packed.Layout)] = start;
        _length = checked(_length + (values.Length / MapShape.BlockSize));
        return start;
    }

    /// <summary>Brings what was placed since the last time to the GPU.</summary>
    public void Upload()
    {
        if (_waiting.Count == 0) return;
        GlBuffer grown = new(gl, _length, half);
        if (_buffer is { } before) grown.CopyFrom(before);
        _buffer?.Dispose();
        _buffer = grown;
        foreach ((int start, float[] values) in _waiting) _buffer.Write(start, values);
        _waiting.Clear();
    }

    public void Dispose() => _buffer?.Dispose();

    /// <summary>Constants are the same if they are the same object: comparing values would take longer than to store them twice.</summary>
    private sealed class Same : IEqualityComparer<(Constant Source, string Layout)>
    {
        public static Same Instance { get; } = new();

        public bool Equals((Constant Source, string Layout) a, (Constant Source, string Layout) b)
            => ReferenceEquals(a.Source, b.Source) && a.Layout == b.Layout;

        public int GetHashCode((Constant Source, string Layout) key)
            => HashCode.Combine(RuntimeHelpers.GetHashCode(key.Source), key.Layout.GetHashCode(StringComparison.Ordinal));
    }
}
