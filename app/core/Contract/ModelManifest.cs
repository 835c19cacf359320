using System.Globalization;

namespace RealtimeSeg.Core.Contract;

/// <summary>
/// What an .onnx file says of itself in <c>metadata_props</c> that its graph cannot: the whole contract between trainer and app,
/// besides the graph's input <c>frame</c> uint8 [1,H,W,3] BGR and outputs <c>labels</c> and <c>confidence</c>, uint8 [1,H,W].
/// </summary>
public sealed record ModelManifest
{
    public const string FrameInput = "frame", LabelsOutput = "labels", ConfidenceOutput = "confidence";
    public const int CurrentSchema = 1;
    private const string Prefix = "rtseg.";
    private const string SchemaKey = Prefix + "schema", ClassesKey = Prefix + "classes", PaletteKey = Prefix + "palette", FitKey = Prefix + "fit", SizeKey = Prefix + "size";
    private const string NetworkKey = Prefix + "network", ParametersKey = Prefix + "parameters", DataKey = Prefix + "data", CommitKey = Prefix + "commit", MeanIuKey = Prefix + "mean_iu", DateKey = Prefix + "date", RecipeKey = Prefix + "recipe", ScoreKey = Prefix + "score.";

    /// <summary>The image size that networks are trained for unless told otherwise, in pixels; CamVid's.</summary>
    public static (int Width, int Height) DefaultSize { get; } = (480, 360);

    /// <summary>Names by label.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>0xRRGGBB by label.</summary>
    public required IReadOnlyList<int> Palette { get; init; }

    /// <summary>How a frame is brought to the network's size; models are made for <see cref="Fit.Keep"/> or <see cref="Fit.Stretch"/>.</summary>
    public Fit Fit { get; init; } = Fit.Keep;

    /// <summary>The picture size that the network was trained for, in pixels.</summary>
    public required (int Width, int Height) Size { get; init; }

    public string Network { get; init; } = "";

    public long Parameters { get; init; }

    /// <summary>What it was trained on.</summary>
    public string Data { get; init; } = "";

    /// <summary>The commit of the code that trained it.</summary>
    public string Commit { get; init; } = "";

    /// <summary>The trainer's commands that make it again, in order.</summary>
    public IReadOnlyList<string> Recipe { get; init; } = [];

    /// <summary>Validation mean IU when the run last looked, by the exported graph.</summary>
    public double? MeanIu { get; init; }

    /// <summary>What this file scored later, by the pictures it was judged on.</summary>
    public IReadOnlyDictionary<string, string> Scores { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public string Date { get; init; } = "";

    public IReadOnlyDictionary<string, string> ToMetadata()
    {
        Dictionary<string, string> m = new(StringComparer.Ordinal)
        {
            [SchemaKey] = CurrentSchema.ToString(CultureInfo.InvariantCulture),
            [ClassesKey] = string.Join(',', Classes),
            [PaletteKey] = string.Join(',', Palette.Select(c => c.ToString("x6", CultureInfo.InvariantCulture))),
            [FitKey] = Fit.ToString().ToLowerInvariant(),
            [SizeKey] = string.Create(CultureInfo.InvariantCulture, $"{Size.Width}x{Size.Height}"),
            [NetworkKey] = Network,
            [ParametersKey] = Parameters.ToString(CultureInfo.InvariantCulture),
            [DataKey] = Data,
            [CommitKey] = Commit,
            [DateKey] = Date,
        };
        if (Recipe.Count > 0) m[RecipeKey] = string.Join('\n', Recipe);
        foreach ((string judgedOn, string score) in Scores) m[ScoreKey + judgedOn] = score;
        if (MeanIu is { } iu) m[MeanIuKey] = iu.ToString("F4", CultureInfo.InvariantCulture);
        return m;
    }

    /// <summary>Reads a file's metadata.</summary>
    /// <param name="metadata">All of <c>metadata_props</c>.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="UserError">The manifest is absent or does not parse.</exception>
    public static ModelManifest Parse(IReadOnlyDictionary<string, string> metadata, string file)
    {
        if (!metadata.TryGetValue(SchemaKey, out string? schema)) throw new UserError($"{file} carries no manifest ({SchemaKey}): export it with './run.sh export'");
        if (!int.TryParse(schema, CultureInfo.InvariantCulture, out int version) || version > CurrentSchema)
            throw new UserError($"{file} has manifest schema {schema}, this program reads up to {CurrentSchema}: update the program");
        string Text(string key) => metadata.GetValueOrDefault(key, "");
        try
        {
            string[] names = Text(ClassesKey).Split(','), colors = Text(PaletteKey).Split(','), size = Text(SizeKey).Split('x');
            if (names.Length != colors.Length || size.Length != 2) throw new FormatException($"{names.Length} classes, {colors.Length} colours, size '{Text(SizeKey)}'");
            if (!Enum.TryParse(Text(FitKey), ignoreCase: true, out Fit fit) || fit is not (Fit.Keep or Fit.Stretch)) throw new FormatException($"fit '{Text(FitKey)}'");
            return new ModelManifest
            {
                Classes = names,
                Palette = [.. colors.Select(c => int.Parse(c, NumberStyles.HexNumber, CultureInfo.InvariantCulture))],
                Fit = fit,
                Size = (int.Parse(size[0], CultureInfo.InvariantCulture), int.Parse(size[1], CultureInfo.InvariantCulture)),
                Network = Text(NetworkKey),
                Parameters = long.TryParse(Text(ParametersKey), CultureInfo.InvariantCulture, out long p) ? p : 0,
                Data = Text(DataKey),
                Commit = Text(CommitKey),
                MeanIu = double.TryParse(Text(MeanIuKey), CultureInfo.InvariantCulture, out double iu) ? iu : null,
                Date = Text(DateKey),
                Recipe = Text(RecipeKey).Split('\n', StringSplitOptions.RemoveEmptyEntries),
                Scores = metadata.Where(m => m.Key.StartsWith(ScoreKey, StringComparison.Ordinal)).ToDictionary(m => m.Key[ScoreKey.Length..], m => m.Value, StringComparer.Ordinal),
            };
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw new UserError($"{file} has a manifest that does not parse ({UserError.OneLine(e)}): export it again", e);
        }
    }

    /// <summary>Distinct colours for classes that nobody named one for: steps of the golden angle around the hue circle.</summary>
    public static IReadOnlyList<int> DefaultPalette(int classes) => [.. Enumerable.Range(0, classes).Select(i =>
    {
        double hue = i * 0.61803398875 % 1 * 6, x = 1 - Math.Abs((hue % 2) - 1);
        (double r, double g, double b) = (int)hue switch { 0 => (1.0, x, 0.0), 1 => (x, 1.0, 0.0), 2 => (0.0, 1.0, x), 3 => (0.0, x, 1.0), 4 => (x, 0.0, 1.0), _ => (1.0, 0.0, x) };
        return ((int)(r * 230) << 16) | ((int)(g * 230) << 8) | (int)(b * 230);
    })];
}
