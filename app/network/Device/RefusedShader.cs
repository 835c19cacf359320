using System.Text;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>
/// What a user is told of a shader that the driver refuses. Most are put together from several files, or written for the network: the
/// whole text, in which the driver counts lines, is kept in the user's cache, one file for each name.
/// </summary>
public static class RefusedShader
{
    /// <summary>The name of the folder in the user's cache.</summary>
    private const string CacheFolder = "refused-shaders";

    /// <summary>Of a message; the file has the rest.</summary>
    private const int MostCharacters = 300;

    /// <summary>Where texts are kept; null for users without a home.</summary>
    public static string? Folder => UserCache.File(CacheFolder);

    /// <summary>The driver's reason on one line, even if it gave none.</summary>
    /// <param name="log">What it returned.</param>
    public static string Reason(string log)
    {
        ArgumentNullException.ThrowIfNull(log);
        string line = string.Join("; ", Lines(log));
        if (line.Length == 0) return "the driver gives no reason";
        return line.Length <= MostCharacters ? line : $"{line[..MostCharacters]}…";
    }

    /// <summary>The reason, and where the text lies that its line numbers count in, if that could be written.</summary>
    /// <param name="gl">The context.</param>
    /// <param name="name">Of the shader.</param>
    /// <param name="text">GLSL, as the driver got it.</param>
    /// <param name="log">What the driver returned.</param>
    /// <param name="folder">Where the text is kept; null for nowhere.</param>
    internal static string Describe(GL gl, string name, string text, string log, string? folder)
    {
        string reason = Reason(log);
        if (folder is null) return reason;
        string path = Path.Combine(folder, FileName(name));
        string driver = $"{gl.GetStringS(StringName.Renderer)}, {gl.GetStringS(StringName.Version)}";
        StringBuilder kept = new StringBuilder(text).Append($"\n// {name}, which this driver refused: {driver}\n");
        foreach (string line in Lines(log)) kept.Append("// ").Append(PlainText.Of(line)).Append('\n');
        try
        {
            AtomicFile.Write(path, Encoding.UTF8.GetBytes(kept.ToString()));
            return $"{reason} (lines are those of {path})";
        }
        catch (UserError)
        {
            return reason; // the text would help, and is not what failed
        }
    }

    private static string[] Lines(string log)
        => log.Split(['\n', '\0'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string FileName(string name)
    {
        string plain = string.Concat(name.Replace('×', 'x').Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '-'));
        return plain.Contains('.', StringComparison.Ordinal) ? plain : $"{plain}.comp";
    }
}
