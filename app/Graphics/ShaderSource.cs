using System.Globalization;

namespace RealtimeSeg.Graphics;

/// <summary>Shader files as they lie beside the program.</summary>
internal static class ShaderSource
{
    private const string Directive = "#include \"";

    /// <summary>Numbers for the lines of each file. The second number of #line is for that, and some drivers ignore it.</summary>
    private const int MostLines = 1000;

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "shaders");

    /// <summary>
    /// A file's text with each line <c>#include "NAME"</c> replaced by the text of that file; GLSL itself has no such directive. What
    /// a driver reports of a line has its number in its file, plus 1000 in the first one that is included, 2000 in the next.
    /// </summary>
    /// <param name="file">Name within the folder.</param>
    /// <param name="definition">A name and its text, which are defined after the first line; null for none.</param>
    /// <exception cref="UserError">There is no such file.</exception>
    public static string Read(string file, string? definition = null)
    {
        string path = Path.Combine(Folder, file);
        if (!File.Exists(path)) throw new UserError($"no shader {path}: {BuildInfo.Again}");
        List<string> lines = [];
        int number = 0, included = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (line.StartsWith(Directive, StringComparison.Ordinal))
            {
                string other = File.ReadAllText(Path.Combine(Folder, line[Directive.Length..].TrimEnd().TrimEnd('"')));
                lines.AddRange(From((++included * MostLines) + 1), other, From(number + 1));
            }
            else
            {
                lines.Add(line);
            }

            if (number == 1 && definition is not null) lines.AddRange($"#define {definition}", From(2));
        }

        return string.Join('\n', lines);
    }

    /// <summary>What gives the line after it a number.</summary>
    private static string From(int line) => string.Create(CultureInfo.InvariantCulture, $"#line {line}");
}
