using System.Text.Json;

namespace RealtimeSeg.Core.Shell;

/// <summary>Writes files under a temporary name and renames them when complete; devices and pipes directly.</summary>
public static class AtomicFile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Converters = { new FiniteNumbers() } };

    /// <summary>What content that comes in pieces is gathered in; what comes whole needs no buffer.</summary>
    private const int BufferBytes = 4096;

    /// <inheritdoc cref="Write(string, Action{Stream}, bool, CancellationToken)"/>
    public static string Write(string path, byte[] bytes, bool overwrite = true, CancellationToken overdue = default)
        => Write(path, bytes.AsMemory(), overwrite, overdue);

    /// <inheritdoc cref="Write(string, Action{Stream}, bool, CancellationToken)"/>
    public static string Write(string path, ReadOnlyMemory<byte> bytes, bool overwrite = true, CancellationToken overdue = default)
        => Write(path, file => file.Write(bytes.Span), bufferBytes: 0, overwrite, overdue);

    /// <summary>Returns the name that the file got.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Writes it, piece by piece if it is large.</param>
    /// <param name="overwrite">Whether a file of that name may be replaced; otherwise a free number is added.</param>
    /// <param name="overdue">Ends the wait for the reader of a pipe.</param>
    /// <exception cref="UserError">The file or its folder cannot be written, or nobody reads the pipe.</exception>
    public static string Write(string path, Action<Stream> content, bool overwrite = true, CancellationToken overdue = default)
        => Write(path, content, BufferBytes, overwrite, overdue);

    private static string Write(string path, Action<Stream> content, int bufferBytes, bool overwrite, CancellationToken overdue)
    {
        try
        {
            string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
            if (folder is not null && !Directory.Exists(folder)) Directory.CreateDirectory(folder); // which allocates if it is there, too
            if (!FileIdentity.IsSpecial(path)) return Replace(path, content, bufferBytes, overwrite);
            WriteThrough(path, content, overdue);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserError.CannotWrite(path, e);
        }
    }

    /// <summary>Figures as <see cref="WriteJson"/> writes them.</summary>
    public static JsonElement ToJson<T>(T figures) => JsonSerializer.SerializeToElement(figures, Indented);

    /// <summary>Writes figures as indented JSON, nothing without a path; returns the name that the file got.</summary>
    public static string? WriteJson<T>(string? path, T figures, bool overwrite = true, CancellationToken overdue = default)
        => path is null ? null : Write(path, JsonSerializer.SerializeToUtf8Bytes(figures, Indented), overwrite, overdue);

    private static void WriteThrough(string path, Action<Stream> content, CancellationToken overdue)
    {
        using SpecialFile file = SpecialFile.Open(path, overdue);
        content(file);
        file.Complete(overdue);
    }

    private static string Replace(string path, Action<Stream> content, int bufferBytes, bool overwrite)
    {
        string partial = TemporaryFile.Beside(path);
        try
        {
            using (FileStream file = new(partial, FileMode.Open, FileAccess.Write, FileShare.Read, bufferBytes)) content(file);
            return TemporaryFile.Rename(partial, path, overwrite);
        }
        catch
        {
            File.Delete(partial); // a part of it is of no use, and takes what room a full disk has left
            throw;
        }
    }
}
