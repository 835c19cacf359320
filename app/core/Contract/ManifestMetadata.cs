using System.Globalization;

namespace RealtimeSeg.Core.Contract;

/// <summary>The manifest as text in an .onnx file's <c>metadata_props</c>, under keys that start with <c>rtseg.</c>.</summary>
internal static class ManifestMetadata
{
    /// <summary>Rises when a change would mislead older programs; files of a higher schema are refused.</summary>
    public const int CurrentSchema = 1;

    private const string Schema = "rtseg.schema";
    private const string Classes = "rtseg.classes";
    private const string Palette = "rtseg.palette";
    private const string Fitting = "rtseg.fit";
    private const string Size = "rtseg.size";
    private const string Network = "rtseg.network";
    private const string Parameters = "rtseg.parameters";
    private const string Data = "rtseg.data";
    private const string Commit = "rtseg.commit";
    private const string MeanIu = "rtseg.miou", OldMeanIu = "rtseg.mean_iu";
    private const string Date = "rtseg.date";
    private const string Recipe = "rtseg.recipe";

    /// <summary>Followed by the images that the score was measured on.</summary>
    private const string Score = "rtseg.score.";

    public static IReadOnlyDictionary<string, string> Write(ModelManifest manifest)
    {
        Dictionary<string, string> m = new(StringComparer.Ordinal)
        {
            [Schema] = CurrentSchema.ToString(CultureInfo.InvariantCulture),
            [Classes] = string.Join(',', manifest.Classes),
            [Palette] = string.Join(',', manifest.Palette.Select(c => c.ToString("x6", CultureInfo.InvariantCulture))),
            [Fitting] = manifest.Fit.ToString().ToLowerInvariant(),
            [Size] = string.Create(CultureInfo.InvariantCulture, $"{manifest.Size.Width}x{manifest.Size.Height}"),
            [Network] = manifest.Network,
            [Parameters] = manifest.Parameters.ToString(CultureInfo.InvariantCulture),
            [Data] = manifest.Data,
            [Commit] = manifest.Commit,
            [Date] = manifest.Date,
        };
        if (manifest.Recipe.Count > 0) m[Recipe] = string.Join('\n', manifest.Recipe);
        foreach ((string measuredOn, string score) in manifest.Scores) m[Score + measuredOn] = score;
        if (manifest.MeanIu is { } iu) m[MeanIu] = iu.ToString("F4", CultureInfo.InvariantCulture);
        if (manifest.ScorePitch is { } pitch) m[ModelManifest.ScorePitchKey] = pitch.ToString(CultureInfo.InvariantCulture);
        return m;
    }

    public static ModelManifest Read(IReadOnlyDictionary<string, string> metadata, string file)
    {
        CheckSchema(metadata, file);
        string Text(string key) => metadata.GetValueOrDefault(key, "");
        string score = metadata.GetValueOrDefault(MeanIu, Text(OldMeanIu));
        try
        {
            string[] names = Text(Classes).Split(','), colors = Text(Palette).Split(',');
            if (names.Length != colors.Length) throw new FormatException($"{names.Length} classes, {colors.Length} colours");
            return new ModelManifest
            {
                Classes = names,
                Palette = [.. colors.Select(c => int.Parse(c, NumberStyles.HexNumber, CultureInfo.InvariantCulture))],
                Fit = ReadFit(Text(Fitting)),
                Size = Parse.Pair(Text(Size)) ?? throw new FormatException($"size '{Text(Size)}'"),
                Network = Text(Network),
                Parameters = long.TryParse(Text(Parameters), CultureInfo.InvariantCulture, out long p) ? p : 0,
                Data = Text(Data),
                Commit = Text(Commit),
                MeanIu = double.TryParse(score, CultureInfo.InvariantCulture, out double iu) ? iu : null,
                Date = Text(Date),
                ScorePitch = ReadPitch(Text(ModelManifest.ScorePitchKey)),
                Recipe = Text(Recipe).Split('\n', StringSplitOptions.RemoveEmptyEntries),
                Scores = metadata.Where(m => m.Key.StartsWith(Score, StringComparison.Ordinal))
                    .ToDictionary(m => m.Key[Score.Length..], m => OfToday(m.Value), StringComparer.Ordinal),
            };
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw new UserError($"{file} has a damaged manifest ({UserError.OneLine(e)}): export it again", e);
        }
    }

    /// <summary>Scores as they are called now: files of before have the FCN paper's term.</summary>
    private static string OfToday(string score) => score.Replace("mean IU", "mIoU", StringComparison.Ordinal);

    private static void CheckSchema(IReadOnlyDictionary<string, string> metadata, string file)
    {
        if (!metadata.TryGetValue(Schema, out string? schema))
            throw new UserError($"{file} carries no manifest ({Schema}): export it with '{BuildInfo.Launcher} export'");
        if (int.TryParse(schema, CultureInfo.InvariantCulture, out int version) && version <= CurrentSchema) return;
        throw new UserError($"{file} has manifest schema {schema}, this program reads up to {CurrentSchema}: update the program");
    }

    private static float? ReadPitch(string text)
    {
        if (text.Length == 0) return null;
        return float.TryParse(text, CultureInfo.InvariantCulture, out float pitch) && float.IsFinite(pitch) && pitch > 0
            ? pitch
            : throw new FormatException($"pitch of scores '{text}'");
    }

    private static Fit ReadFit(string text) => Enum.TryParse(text, ignoreCase: true, out Fit fit) && fit is Fit.Keep or Fit.Stretch
        ? fit
        : throw new FormatException($"fit '{text}'");
}
