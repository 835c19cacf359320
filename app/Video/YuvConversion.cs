using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using OpenCvSharp;

namespace RealtimeSeg.Video;

/// <summary>
/// I420 in video range (Y 16–235) to 8-bit BGR by any matrix: OpenCV knows BT.601 only. Chroma belongs to two pixels by two.
/// </summary>
internal sealed class YuvConversion
{
    private const int Bits = 14, Lanes = 16;
    private const double LumaRange = 255.0 / 219, ChromaRange = 255.0 / 224;
    private readonly int _luma = Fixed(LumaRange), _redV, _greenU, _greenV, _blueU;

    public YuvConversion(YuvMatrix matrix)
    {
        double green = 1 - matrix.Red - matrix.Blue, v = 2 * (1 - matrix.Red) * ChromaRange, u = 2 * (1 - matrix.Blue) * ChromaRange;
        (_redV, _blueU) = (Fixed(v), Fixed(u));
        (_greenU, _greenV) = (-Fixed(u * matrix.Blue / green), -Fixed(v * matrix.Red / green));
    }

    /// <summary>Bytes of an image in I420; chroma planes of odd sides are rounded up.</summary>
    public static int Bytes(int width, int height) => checked((width * height) + (2 * ((width + 1) / 2) * ((height + 1) / 2)));

    /// <summary>Converts an image.</summary>
    /// <param name="planes">Y, U and V of <see cref="Bytes"/> bytes.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="bgr">Created at that size if it has another.</param>
    public void Convert(ReadOnlySpan<byte> planes, int width, int height, Mat bgr)
    {
        bgr.Create(height, width, MatType.CV_8UC3);
        int half = (width + 1) / 2, chroma = half * ((height + 1) / 2), luma = width * height;
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> row = planes.Slice(y * width, width), u = planes.Slice(luma + (y / 2 * half), half);
            ReadOnlySpan<byte> v = planes.Slice(luma + chroma + (y / 2 * half), half);
            Row(row, u, v, RowOf(bgr, y, width));
        }
    }

    private static unsafe Span<byte> RowOf(Mat bgr, int y, int width) => new(bgr.Ptr(y).ToPointer(), width * 3);

    private static int Fixed(double factor) => (int)Math.Round(factor * (1 << Bits));

    private void Row(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> us, ReadOnlySpan<byte> vs, Span<byte> bgr)
    {
        int x = 0;
        for (; x + Lanes <= luma.Length; x += Lanes) Block(luma[x..], us[(x / 2)..], vs[(x / 2)..], bgr[(3 * x)..]);
        for (; x < luma.Length; x++)
        {
            int y = ((luma[x] - 16) * _luma) + (1 << (Bits - 1)), u = us[x / 2] - 128, v = vs[x / 2] - 128;
            bgr[3 * x] = Clamp(y + (_blueU * u));
            bgr[(3 * x) + 1] = Clamp(y + (_greenU * u) + (_greenV * v));
            bgr[(3 * x) + 2] = Clamp(y + (_redV * v));
        }
    }

    private static byte Clamp(int value) => (byte)Math.Clamp(value >> Bits, 0, 255);

    /// <summary>Sixteen pixels, whose chroma is eight values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Block(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> us, ReadOnlySpan<byte> vs, Span<byte> bgr)
    {
        Vector256<ushort> bytes = Vector256.WidenLower(Vector128.Create(luma[..Lanes]).ToVector256Unsafe());
        (Vector256<uint> low, Vector256<uint> high) = Vector256.Widen(bytes);
        Vector256<int> left = Luma(low), right = Luma(high), u = Chroma(us), v = Chroma(vs);
        Vector128<byte> b = Channel(left, right, u * _blueU);
        Vector128<byte> g = Channel(left, right, (u * _greenU) + (v * _greenV));
        Vector128<byte> r = Channel(left, right, v * _redV);
        Interleave(b, g, r, bgr);
    }

    private Vector256<int> Luma(Vector256<uint> y)
        => ((y.AsInt32() - Vector256.Create(16)) * _luma) + Vector256.Create(1 << (Bits - 1));

    private static Vector256<int> Chroma(ReadOnlySpan<byte> values)
    {
        Vector128<byte> eight = Vector128.CreateScalarUnsafe(BitConverter.ToUInt64(values)).AsByte();
        Vector128<ushort> wide = Vector128.WidenLower(eight);
        return Vector256.WidenLower(wide.ToVector256Unsafe()).AsInt32() - Vector256.Create(128);
    }

    /// <summary>A channel of sixteen pixels from their luma and the part that each two of them share.</summary>
    private static Vector128<byte> Channel(Vector256<int> left, Vector256<int> right, Vector256<int> shared)
    {
        left += Vector256.Shuffle(shared, Vector256.Create(0, 0, 1, 1, 2, 2, 3, 3));
        right += Vector256.Shuffle(shared, Vector256.Create(4, 4, 5, 5, 6, 6, 7, 7));
        Vector256<int> most = Vector256.Create(255);
        left = Vector256.Min(Vector256.Max(left >> Bits, Vector256<int>.Zero), most);
        right = Vector256.Min(Vector256.Max(right >> Bits, Vector256<int>.Zero), most);
        Vector256<ushort> words = Vector256.Narrow(left.AsUInt32(), right.AsUInt32());
        return Vector128.Narrow(words.GetLower(), words.GetUpper());
    }

    /// <summary>Three channels to BGRBGR…; an index outside a vector gives 0.</summary>
    private static void Interleave(Vector128<byte> b, Vector128<byte> g, Vector128<byte> r, Span<byte> bgr)
    {
        const byte No = 255;
        (Vector128.Shuffle(b, Vector128.Create(0, No, No, 1, No, No, 2, No, No, 3, No, No, 4, No, No, 5))
            | Vector128.Shuffle(g, Vector128.Create(No, 0, No, No, 1, No, No, 2, No, No, 3, No, No, 4, No, No))
            | Vector128.Shuffle(r, Vector128.Create(No, No, 0, No, No, 1, No, No, 2, No, No, 3, No, No, 4, No))).CopyTo(bgr);
        (Vector128.Shuffle(b, Vector128.Create(No, No, 6, No, No, 7, No, No, 8, No, No, 9, No, No, 10, No))
            | Vector128.Shuffle(g, Vector128.Create(5, No, No, 6, No, No, 7, No, No, 8, No, No, 9, No, No, 10))
            | Vector128.Shuffle(r, Vector128.Create(No, 5, No, No, 6, No, No, 7, No, No, 8, No, No, 9, No, No))).CopyTo(bgr[16..]);
        (Vector128.Shuffle(b, Vector128.Create(No, 11, No, No, 12, No, No, 13, No, No, 14, No, No, 15, No, No))
            | Vector128.Shuffle(g, Vector128.Create(No, No, 11, No, No, 12, No, No, 13, No, No, 14, No, No, 15, No))
            | Vector128.Shuffle(r, Vector128.Create(10, No, No, 11, No, No, 12, No, No, 13, No, No, 14, No, No, 15))).CopyTo(bgr[32..]);
    }
}
