using Microsoft.Extensions.Caching.Memory;
using OpenCvSharp;

namespace RealtimeSeg.Training.Data;

/// <summary>
/// Decoded images: those that were used last stay, up to a limit of memory, so that a set may be larger than that. Their pixels are in
/// arrays of .NET, because an image that no longer stays may still be in use.
/// </summary>
/// <param name="limit">Bytes.</param>
public sealed class SampleCache(long limit) : IDisposable
{
    private const int DefaultShare = 4;
    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = limit, TrackStatistics = true });

    /// <summary>That of all sets which are opened from now on; a quarter of the machine's memory by default.</summary>
    public static SampleCache Shared { get; set; } = new(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / DefaultShare);

    /// <summary>Bytes of the images that stay.</summary>
    public long Size => _cache.GetCurrentStatistics()!.CurrentEstimatedSize!.Value;

    /// <param name="key">Of the image; equal for the same one.</param>
    /// <param name="decode">Makes it if it is not there; its images are disposed.</param>
    public Sample Get(object key, Func<Sample> decode)
    {
        if (_cache.TryGetValue(key, out Sample known)) return known;
        Sample decoded = decode(), sample = new(Managed(decoded.Image), Managed(decoded.Labels), decoded.Name);
        _cache.Set(key, sample, new MemoryCacheEntryOptions { Size = Bytes(sample.Image) + Bytes(sample.Labels) });
        return sample;
    }

    public void Dispose() => _cache.Dispose();

    private static Mat Managed(Mat native)
    {
        byte[] pixels = GC.AllocateUninitializedArray<byte>((int)Bytes(native));
        native.AsSpan<byte>().CopyTo(pixels);
        Mat managed = Mat.FromPixelData(native.Height, native.Width, native.Type(), pixels);
        native.Dispose();
        return managed;
    }

    private static long Bytes(Mat image) => image.Total() * image.ElemSize();
}
