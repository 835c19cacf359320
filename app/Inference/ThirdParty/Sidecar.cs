using System.Globalization;
using System.Text.Json;

namespace RealtimeSeg.Inference.ThirdParty;

/// <summary>Reads what lies beside a model: NAME.json or model.json, labels.txt and colors.txt (jetson-inference's format).</summary>
public static class Sidecar
{
    private static readonly JsonSerializerOptions Lenient = new() { PropertyNameCaseInsensitive = true, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <exception cref="UserError">A file that does not parse.</exception>
    public static ModelHints Read(string model)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(model))!;
        ModelHints hints = new();
        if (First(Path.ChangeExtension(model, ".json"), Path.Combine(folder, "model.json")) is { } json)
        {
            try
            {
                hints = JsonSerializer.Deserialize<ModelHints>(File.ReadAllText(json), Lenient) ?? hints;
            }
            catch (JsonException e)
            {
                throw new UserError($"{json} does not parse ({UserError.OneLine(e)}): it may hold layout, color, mean, std, output, size, fit, labels and colors", e);
            }
        }

        return hints.Or(new ModelHints
        {
            Labels = First(Path.Combine(folder, "labels.txt")) is { } labels ? LabelsOf(labels) : null,
            Colors = First(Path.Combine(folder, "colors.txt")) is { } colors ? ColorsOf(colors) : null,
        });
    }

    /// <summary>A class name a line.</summary>
    public static IReadOnlyList<string> LabelsOf(string file) => [.. Lines(file)];

    /// <summary>R G B, and perhaps A, in 0–255 a line.</summary>
    public static IReadOnlyList<string> ColorsOf(string file) => [.. Lines(file).Select(line =>
    {
        byte[] parts = [.. line.Split((char[])[' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries).Select(t => byte.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out byte v) ? v : throw new UserError($"{file}: '{line}' is no colour; write R G B in 0–255"))];
        return parts.Length is 3 or 4 ? $"{parts[0]:X2}{parts[1]:X2}{parts[2]:X2}" : throw new UserError($"{file}: '{line}' is no colour; write R G B in 0–255");
    })];

    private static IEnumerable<string> Lines(string file)
    {
        if (!File.Exists(file)) throw new UserError($"no file {file}: check the name");
        return File.ReadLines(file).Select(l => l.Trim()).Where(l => l.Length > 0);
    }

    private static string? First(params string[] files) => files.FirstOrDefault(File.Exists);
}
