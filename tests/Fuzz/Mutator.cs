using System.Buffers.Binary;
using System.Text;

namespace RealtimeSeg.Tests.Fuzz;

/// <summary>Damages a valid file as transfers, disks and attackers do.</summary>
internal static class Mutator
{
    private const int Edge = 256, LongestChunk = 4096;

    private static readonly long[] Extremes =
        [0, 1, -1, 0x7F, 0x80, 0xFFFF, 1 << 24, int.MaxValue, uint.MaxValue, long.MaxValue, long.MinValue];

    private static readonly string[] Numbers =
        ["0", "-1", "65536", "2147483648", "99999999999999999999", "1e308", "-1e-320", "NaN", "0x10", "1,5", "１"];

    private static readonly string[] Texts =
        ["\r\n", "\n\n", "\0", "\uFEFF", "../../escaped", "/dev/zero", "%s%n%06d", "\"", "{", "]", "--", "é漢", "<b>", "\u001b[31m"];

    private static readonly Action<List<byte>, byte[], Random>[] Kinds =
    [
        (bytes, _, r) => Times(r, 8, () => bytes[At(bytes, r)] ^= (byte)(1 << r.Next(8))),
        (bytes, _, r) => bytes.RemoveRange(At(bytes, r) is var at ? at : 0, bytes.Count - at),
        (bytes, other, r) => Overwrite(bytes, At(bytes, r), Chunk(other, r)),
        (bytes, _, r) => bytes.InsertRange(At(bytes, r), Chunk([.. bytes], r)),
        (bytes, _, r) => bytes.RemoveRange(At(bytes, r) is var at ? at : 0, r.Next(Math.Min(LongestChunk, bytes.Count - at))),
        (bytes, _, r) => Overwrite(bytes, At(bytes, r), LengthField(r)),
        (bytes, _, r) => ReplaceNumber(bytes, r),
        (bytes, _, r) => Times(r, 16, () => bytes[At(bytes, r)] = (byte)r.Next(256)),
        (bytes, _, r) => bytes.InsertRange(At(bytes, r), Encoding.UTF8.GetBytes(Texts[r.Next(Texts.Length)])),
    ];

    /// <summary>A damaged copy.</summary>
    /// <param name="whole">What is damaged.</param>
    /// <param name="other">Where foreign pieces come from.</param>
    /// <param name="r">Decides everything.</param>
    public static byte[] Damage(byte[] whole, byte[] other, Random r)
    {
        List<byte> bytes = [.. whole];
        Times(r, 4, () =>
        {
            if (bytes.Count > 0) Kinds[r.Next(Kinds.Length)](bytes, other, r);
        });
        return [.. bytes];
    }

    private static void Times(Random r, int most, Action act)
    {
        for (int i = r.Next(most); i >= 0; i--) act();
    }

    /// <summary>A position; two of three lie near an end, where the structure of most files is.</summary>
    private static int At(List<byte> bytes, Random r)
    {
        int edge = Math.Min(Edge, bytes.Count);
        return r.Next(3) switch
        {
            0 => r.Next(edge),
            1 => bytes.Count - 1 - r.Next(edge),
            _ => r.Next(bytes.Count),
        };
    }

    private static byte[] Chunk(byte[] from, Random r)
    {
        if (from.Length == 0) return [];
        int start = r.Next(from.Length);
        return from[start..(start + r.Next(Math.Min(LongestChunk, from.Length - start) + 1))];
    }

    private static void Overwrite(List<byte> bytes, int at, byte[] piece)
    {
        for (int i = 0; i < piece.Length && at + i < bytes.Count; i++) bytes[at + i] = piece[i];
    }

    private static byte[] LengthField(Random r)
    {
        byte[] field = new byte[8];
        long value = Extremes[r.Next(Extremes.Length)];
        bool isBig = r.Next(2) == 0;
        if (isBig) BinaryPrimitives.WriteInt64BigEndian(field, value);
        else BinaryPrimitives.WriteInt64LittleEndian(field, value);
        int size = 1 << r.Next(4);
        return isBig ? field[^size..] : field[..size];
    }

    private static void ReplaceNumber(List<byte> bytes, Random r)
    {
        static bool IsDigit(byte b) => b is >= (byte)'0' and <= (byte)'9';
        int start = bytes.FindIndex(At(bytes, r), IsDigit);
        if (start < 0) return;
        int end = bytes.FindIndex(start, b => !IsDigit(b));
        bytes.RemoveRange(start, (end < 0 ? bytes.Count : end) - start);
        bytes.InsertRange(start, Encoding.UTF8.GetBytes(Numbers[r.Next(Numbers.Length)]));
    }
}
