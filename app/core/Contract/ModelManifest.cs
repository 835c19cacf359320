namespace RealtimeSeg.Core.Contract;

/// <summary>
/// What an .onnx file adds in <c>metadata_props</c> to its graph: the whole contract between trainer and app, besides the graph's input
/// <c>frame</c> uint8 [1,H,W,3] BGR and its outputs <c>labels</c> and <c>confidence</c>, uint8 [1,H,W]; most files also give the
/// <c>scores</c> that both are made from, float [1,K,h,w], see <see cref="ScorePitch"/>.
/// </summary>
public sealed record ModelManifest
{
    public const string FrameInput = "frame", LabelsOutput = "labels", ConfidenceOutput = "confidence", ScoresOutput = "scores";

    /// <summary>The key of <see cref="ScorePitch"/> in <c>metadata_props</c>.</summary>
    public const string ScorePitchKey = "rtseg.scores_pitch";

    /// <summary>The image size that networks are trained for unless told otherwise, in pixels; CamVid's.</summary>
    public static (int Width, int Height) DefaultSize { get; } = (480, 360);

    /// <summary>Names by label.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>0xRRGGBB by label.</summary>
    public required IReadOnlyList<int> Palette { get; init; }

    /// <summary>How a frame is brought to the network's size; files contain <see cref="Fit.Keep"/> or <see cref="Fit.Stretch"/>.</summary>
    public Fit Fit { get; init; } = Fit.Keep;

    /// <summary>The image size that the network was trained for, in pixels.</summary>
    public required (int Width, int Height) Size { get; init; }

    public string Network { get; init; } = "";

    public long Parameters { get; init; }

    /// <summary>Names of the data sets it was trained on.</summary>
    public string Data { get; init; } = "";

    /// <summary>The commit of the code that trained it.</summary>
    public string Commit { get; init; } = "";

    /// <summary>The trainer's commands that make it again, in order.</summary>
    public IReadOnlyList<string> Recipe { get; init; } = [];

    /// <summary>mIoU of the exported graph on the validation split at the run's last evaluation; null without one.</summary>
    public double? MeanIu { get; init; }

    /// <summary>Scores recorded later, by the images that they were measured on.</summary>
    public IReadOnlyDictionary<string, string> Scores { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public string Date { get; init; } = "";

    /// <summary>
    /// Pixels of the frame between two neighbouring scores: score i, counted from 0 along either axis, belongs to pixel
    /// (i + ½) · pitch − ½; between them they are interpolated, beyond the outermost they stay. Null without the output <c>scores</c>.
    /// </summary>
    public float? ScorePitch { get; init; }

    /// <summary>The manifest as <c>metadata_props</c>.</summary>
    public IReadOnlyDictionary<string, string> ToMetadata() => ManifestMetadata.Write(this);

    /// <summary>Reads a file's <c>metadata_props</c>.</summary>
    /// <param name="metadata">All of them.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <exception cref="UserError">The manifest is absent, newer than this program or damaged.</exception>
    public static ModelManifest Parse(IReadOnlyDictionary<string, string> metadata, string file) => ManifestMetadata.Read(metadata, file);

    /// <summary>The same from a session of ONNX Runtime, which throws where a damaged file leaves out what it takes for granted.</summary>
    /// <param name="metadata">Asks the session.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <exception cref="UserError">The manifest is absent, newer than this program or damaged.</exception>
    public static ModelManifest Parse(Func<IReadOnlyDictionary<string, string>> metadata, string file)
    {
        try
        {
            return Parse(metadata(), file);
        }
        catch (NullReferenceException e)
        {
            throw new UserError($"{file} has damaged metadata: export it again", e);
        }
    }

    /// <summary>Distinct colours for classes without their own: steps of the golden angle around the hue circle, 0xRRGGBB.</summary>
    public static IReadOnlyList<int> DefaultPalette(int classes) => [.. Enumerable.Range(0, classes).Select(HueOf)];

    private static int HueOf(int index)
    {
        const double GoldenRatio = 0.61803398875, Brightness = 230;
        double hue = index * GoldenRatio % 1 * 6, x = 1 - Math.Abs((hue % 2) - 1);
        (double r, double g, double b) = (int)hue switch
        {
            0 => (1.0, x, 0.0),
            1 => (x, 1.0, 0.0),
            2 => (0.0, 1.0, x),
            3 => (0.0, x, 1.0),
            4 => (x, 0.0, 1.0),
            _ => (1.0, 0.0, x),
        };
        return ((int)(r * Brightness) << 16) | ((int)(g * Brightness) << 8) | (int)(b * Brightness);
    }
}
