using OpenCvSharp;

namespace RealtimeSeg.Inference;

/// <summary>An image as a caller has it in memory.</summary>
internal readonly ref struct PixelRows
{
    private const int Channels = 3; // of images here: BGR

    private readonly ReadOnlySpan<byte> _pixels;
    private readonly PixelOrder _order;
    private readonly int _stride;

    /// <inheritdoc cref="Segmenter.SegmentInto"/>
    /// <exception cref="ArgumentException">The size is none, or the pixels are not as many as it says.</exception>
    public PixelRows(ReadOnlySpan<byte> pixels, int width, int height, PixelOrder order, int stride)
    {
        if (width <= 0 || height <= 0 || (long)width * height > Array.MaxLength / (Channels + 1))
            throw new ArgumentException($"no image has {width}×{height} pixels", width <= 0 ? nameof(width) : nameof(height));
        if (!Enum.IsDefined(order)) throw new ArgumentException($"no order of channels is {order}", nameof(order));
        int row = width * BytesOf(order);
        if (stride != 0 && stride < row)
            throw new ArgumentException($"rows of {width} pixels are {row} bytes, and the stride is {stride}", nameof(stride));
        _stride = stride == 0 ? row : stride;
        long least = ((long)_stride * (height - 1)) + row, most = (long)_stride * height; // the last row may end without a gap
        if (pixels.Length < least || pixels.Length > most)
        {
            string told = $"{width}×{height} pixels in {BytesOf(order)} bytes each, {_stride} a row, are {most} bytes";
            throw new ArgumentException($"{told}, and there are {pixels.Length}", nameof(pixels));
        }

        _pixels = pixels;
        (_order, Size) = (order, new Size(width, height));
    }

    public Size Size { get; }

    /// <summary>Sees whether a map of the image has a byte for each pixel.</summary>
    /// <exception cref="ArgumentException">It has not.</exception>
    public void CheckMap(int length, string name)
    {
        int pixels = Size.Width * Size.Height;
        if (length == pixels) return;
        throw new ArgumentException($"{Size.Width}×{Size.Height} pixels are {pixels} bytes, and there are {length}", name);
    }

    /// <summary>Copies it.</summary>
    /// <param name="image">Becomes 8-bit BGR of its size; the buffer stays if it had that.</param>
    public void CopyTo(Mat image)
    {
        if (image.Size() != Size) image.Create(Size, MatType.CV_8UC3);
        Span<byte> to = image.AsSpan<byte>();
        int row = Size.Width * Channels;
        for (int y = 0; y < Size.Height; y++)
        {
            ReadOnlySpan<byte> from = _pixels.Slice(y * _stride, Size.Width * BytesOf(_order));
            if (_order == PixelOrder.Bgr) from.CopyTo(to.Slice(y * row, row));
            else Reorder(from, to.Slice(y * row, row));
        }
    }

    private static int BytesOf(PixelOrder order) => order is PixelOrder.Bgra or PixelOrder.Rgba ? Channels + 1 : Channels;

    private void Reorder(ReadOnlySpan<byte> from, Span<byte> to)
    {
        int step = BytesOf(_order), blue = _order is PixelOrder.Rgb or PixelOrder.Rgba ? 2 : 0;
        for (int t = 0, f = 0; t < to.Length; t += Channels, f += step)
        {
            to[t] = from[f + blue];
            to[t + 1] = from[f + 1];
            to[t + 2] = from[f + 2 - blue];
        }
    }
}
