using System.Security.Cryptography;
using System.Text.Json;

namespace RealtimeSeg.Inference;

/// <summary>
/// What was measured once and is kept in a file, by what it holds for. A file that is damaged, or cannot be written, means measuring again.
/// </summary>
/// <param name="file">Where they are kept; null for nowhere.</param>
/// <param name="report">Receives a line if they cannot be kept.</param>
/// <param name="what">What is measured, for that line.</param>
/// <param name="isSound">Whether a result that was read can be one; null if any can.</param>
internal sealed class Measurements<T>(string? file, Action<string> report, string what, Func<T, bool>? isSound = null)
    where T : class
{
    /// <summary>The result that is kept; null for none.</summary>
    /// <param name="key">What it holds for.</param>
    public T? Find(string key) => Sound(Read(), key);

    /// <summary>The result that is kept, or else that of measuring.</summary>
    /// <param name="key">What it holds for.</param>
    /// <param name="measure">Takes its time.</param>
    public T Get(string key, Func<T> measure)
    {
        Dictionary<string, T?> kept = Read();
        if (Sound(kept, key) is { } before) return before;
        T now = measure();
        Keep(key, now);
        return now;
    }

    /// <summary>Keeps a result, instead of an earlier one.</summary>
    public void Keep(string key, T now)
    {
        Dictionary<string, T?> kept = Read();
        kept[key] = now;
        try
        {
            AtomicFile.WriteJson(file, kept);
        }
        catch (UserError e)
        {
            report($"{what}: measured again next time: {e.Message}");
        }
    }

    private T? Sound(Dictionary<string, T?> kept, string key)
        => kept.TryGetValue(key, out T? found) && found is not null && isSound?.Invoke(found) != false ? found : null;

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
