using System.Text.Json;

namespace RealtimeSeg.Core.Shell;

/// <summary>Writes files under a temporary name and renames them when complete; devices and pipes directly.</summary>
public static class AtomicFile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Converters = { new FiniteNumbers() } };

    /// <exception cref="UserError">The file or its folder cannot be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
            if (FileIdentity.IsSpecial(path)) WriteThrough(path, bytes);
            else Replace(path, bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserError.CannotWrite(path, e);
        }
    }

    /// <summary>Writes figures as indented JSON; nothing without a path.</summary>
    public static void WriteJson<T>(string? path, T figures)
    {
        if (path is not null) Write(path, JsonSerializer.SerializeToUtf8Bytes(figures, Indented));
    }

    private static void WriteThrough(string path, ReadOnlySpan<byte> bytes)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Write);
        file.Write(bytes);
    }

    private static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        string partial = path + ".tmp";
        try
        {
            File.WriteAllBytes(partial, bytes);
            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial); // a part of it is of no use, and takes what room a full disk has left
            throw;
        }
    }
}
