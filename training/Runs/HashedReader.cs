using System.Security.Cryptography;

namespace RealtimeSeg.Training.Runs;

/// <summary>A part of a stream, and the SHA-256 of what was read of it.</summary>
/// <param name="stream">At its beginning.</param>
/// <param name="length">Bytes before the hash that follows them; negative if the stream is too short for one.</param>
internal sealed class HashedReader(Stream stream, long length) : IDisposable
{
    private const int Piece = 1 << 20;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Bytes before the hash that were not read yet.</summary>
    public long Remaining { get; private set; } = length;

    /// <exception cref="FormatException">There are fewer.</exception>
    public byte[] Read(int count)
    {
        byte[] bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }

    /// <exception cref="FormatException">There are fewer.</exception>
    public void Fill(Span<byte> bytes)
    {
        if (bytes.Length > Remaining) throw new FormatException("it ends too early");
        stream.ReadExactly(bytes);
        _hash.AppendData(bytes);
        Remaining -= bytes.Length;
    }

    /// <summary>Reads what remains and compares.</summary>
    public bool RestEndsWithItsHash()
    {
        byte[] piece = new byte[Piece];
        while (Remaining > 0) Fill(piece.AsSpan(0, (int)Math.Min(Piece, Remaining)));
        byte[] hash = _hash.GetHashAndReset(), stored = new byte[hash.Length];
        stream.ReadExactly(stored);
        return hash.AsSpan().SequenceEqual(stored);
    }

    public void Dispose() => _hash.Dispose();
}
