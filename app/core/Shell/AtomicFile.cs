using System.Text.Json;

namespace RealtimeSeg.Core.Shell;

/// <summary>Files that appear whole or not at all: written beside their place, then renamed.</summary>
public static class AtomicFile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <exception cref="UserError">The place cannot be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        string partial = path + ".tmp";
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
            File.WriteAllBytes(partial, bytes);
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserError.CannotWrite(path, e);
        }
    }

    /// <summary>Figures as JSON; nothing when no path is given.</summary>
    public static void WriteJson<T>(string? path, T figures)
    {
        if (path is not null) Write(path, JsonSerializer.SerializeToUtf8Bytes(figures, Indented));
    }
}
