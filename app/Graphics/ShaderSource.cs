namespace RealtimeSeg.Graphics;

/// <summary>Shader files as they lie beside the program.</summary>
internal static class ShaderSource
{
    private const string Directive = "#include \"";

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "shaders");

    /// <summary>
    /// A file's text with each line <c>#include "NAME"</c> replaced by the text of that file; GLSL itself has no such directive.
    /// </summary>
    /// <param name="file">Name within the folder.</param>
    /// <param name="definition">A name and its text, which are defined after the first line; null for none.</param>
    /// <exception cref="UserError">There is no such file.</exception>
    public static string Read(string file, string? definition = null)
    {
        string path = Path.Combine(Folder, file);
        if (!File.Exists(path)) throw new UserError($"no shader {path}: {BuildInfo.Again}");
        string text = string.Join('\n', File.ReadLines(path).Select(Expand));
        return definition is null ? text : text.Insert(text.IndexOf('\n', StringComparison.Ordinal), $"\n#define {definition}");
    }

    private static string Expand(string line) => line.StartsWith(Directive, StringComparison.Ordinal)
        ? File.ReadAllText(Path.Combine(Folder, line[Directive.Length..].TrimEnd().TrimEnd('"')))
        : line;
}
