using System.Text.Json;

namespace RealtimeSeg.Core.Shell;

/// <summary>Writes files under a temporary name and renames them when complete; devices and pipes directly.</summary>
public static class AtomicFile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Converters = { new FiniteNumbers() } };

    /// <exception cref="UserError">The file or its folder cannot be written.</exception>
    public static void Write(string path, byte[] bytes) => Write(path, file => file.Write(bytes));

    /// <param name="path">The file.</param>
    /// <param name="content">Writes it, piece by piece if it is large.</param>
    /// <exception cref="UserError">The file or its folder cannot be written.</exception>
    public static void Write(string path, Action<FileStream> content)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
            if (FileIdentity.IsSpecial(path)) WriteThrough(path, content);
            else Replace(path, content);
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

    private static void WriteThrough(string path, Action<FileStream> content)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Write);
        content(file);
    }

    private static void Replace(string path, Action<FileStream> content)
    {
        string partial = path + ".tmp";
        try
        {
            using (FileStream file = File.Create(partial)) content(file);
            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial); // a part of it is of no use, and takes what room a full disk has left
            throw;
        }
    }
}
