using System.Text.Json;

namespace RealtimeSeg.Training.Commands;

/// <summary>Figures as a JSON file.</summary>
internal static class JsonOutput
{
    public static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true };

    /// <summary>Writes beside the target and renames; nothing when no path is given.</summary>
    public static void Write<T>(string? path, T figures)
    {
        if (path is null) return;
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
            File.WriteAllText(path + ".tmp", JsonSerializer.Serialize(figures, Indented));
            File.Move(path + ".tmp", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"cannot write {path} ({UserError.OneLine(e)}): choose a folder you may write to", e);
        }
    }
}
