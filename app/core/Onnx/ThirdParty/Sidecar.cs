using System.Globalization;
using System.Text.Json;

namespace RealtimeSeg.Core.Onnx.ThirdParty;

/// <summary>The files beside a model: NAME.json or model.json, labels.txt and colors.txt (jetson-inference's format).</summary>
public static class Sidecar
{
    private static readonly JsonSerializerOptions Lenient = new()
    {
        PropertyNameCaseInsensitive = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>The hints beside a model; the JSON file's come before those of the text files.</summary>
    /// <exception cref="UserError">A file does not parse.</exception>
    public static ModelHints Read(string model)
    {
        (string? json, string? labels, string? colors) = Find(model);
        ModelHints hints = json is null ? new ModelHints() : FromJson(json);
        return hints.Or(new ModelHints
        {
            Labels = labels is null ? null : LabelsOf(labels),
            Colors = colors is null ? null : ColorsOf(colors),
        });
    }

    /// <summary>The files that <see cref="Read"/> reads.</summary>
    public static IReadOnlyList<string> Files(string model)
    {
        (string? json, string? labels, string? colors) = Find(model);
        return [.. ((string?[])[json, labels, colors]).OfType<string>()];
    }

    /// <summary>Class names, one per line.</summary>
    /// <exception cref="UserError">No such file.</exception>
    public static IReadOnlyList<string> LabelsOf(string file) => [.. Lines(file)];

    /// <summary>Colours, one per line: R G B and optionally A, in 0–255; as RRGGBB.</summary>
    /// <exception cref="UserError">No such file, or a line is no colour.</exception>
    public static IReadOnlyList<string> ColorsOf(string file) => [.. Lines(file).Select(line => ColorOf(line, file))];

    private static ModelHints FromJson(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<ModelHints>(File.ReadAllText(file), Lenient) ?? new ModelHints();
        }
        catch (JsonException e)
        {
            const string Keys = "layout, color, mean, std, output, size, fit, labels and colors";
            throw new UserError($"{file} does not parse ({UserError.OneLine(e)}): it may contain {Keys}", e);
        }
    }

    private static string ColorOf(string line, string file)
    {
        byte[] channels = new byte[4];
        string[] parts = line.Split((char[])[' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is not (3 or 4)) throw NoColor();
        for (int i = 0; i < parts.Length; i++)
        {
            if (!byte.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out channels[i])) throw NoColor();
        }

        return $"{channels[0]:X2}{channels[1]:X2}{channels[2]:X2}";

        UserError NoColor() => new($"{file}: '{line}' is not a colour; write R G B in 0–255");
    }

    private static IEnumerable<string> Lines(string file) => File.Exists(file)
        ? File.ReadLines(file).Select(l => l.Trim()).Where(l => l.Length > 0)
        : throw new UserError($"no file {file}: check the name");

    private static (string? Json, string? Labels, string? Colors) Find(string model)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(model))!;
        return (First(Path.ChangeExtension(model, ".json"), Path.Combine(folder, "model.json")),
            First(Path.Combine(folder, "labels.txt")),
            First(Path.Combine(folder, "colors.txt")));
    }

    private static string? First(params string[] files) => files.FirstOrDefault(f => FileIdentity.Of(f) is { IsRegular: true });
}
