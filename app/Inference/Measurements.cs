using System.Security.Cryptography;
using System.Text.Json;

namespace RealtimeSeg.Inference;

/// <summary>
/// What was measured once and is kept in a file, by what it holds for. A file that is damaged, or cannot be written, means measuring again.
/// </summary>
/// <param name="file">Where they are kept; null for nowhere.</param>
/// <param name="report">Receives a line if they cannot be kept.</param>
/// <param name="what">What is measured, for that line.</param>
internal sealed class Measurements<T>(string? file, Action<string> report, string what)
    where T : class
{
    /// <summary>The result that is kept, or else that of measuring.</summary>
    /// <param name="key">What it holds for.</param>
    /// <param name="measure">Takes its time.</param>
    public T Get(string key, Func<T> measure)
    {
        Dictionary<string, T?> kept = Read();
        if (kept.TryGetValue(key, out T? before) && before is not null) return before;
        T now = measure();
        kept[key] = now;
        try
        {
            AtomicFile.WriteJson(file, kept);
        }
        catch (UserError e)
        {
            report($"{what}: measured again next time: {e.Message}");
        }

        return now;
    }

    private Dictionary<string, T?> Read()
    {
        try
        {
            return file is null ? [] : JsonSerializer.Deserialize<Dictionary<string, T?>>(File.ReadAllBytes(file)) ?? [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return [];
        }
    }
}

/// <summary>Parts of a key.</summary>
internal static class Fingerprint
{
    /// <summary>Tells contents apart.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..12];
}
