using System.Globalization;

namespace RealtimeSeg.Training.Data;

/// <summary>What <c>--data</c> names: one data set, or several with weights, such as <c>FOLDER:2,synth:1</c>.</summary>
/// <param name="Place">A folder, or <see cref="MixedDataset.Synth"/>.</param>
/// <param name="Weight">Above 0; 1 if none is given.</param>
public readonly record struct DataSpec(string Place, double Weight)
{
    public const string Help =
        "Data set in the layout of CamVid, PASCAL VOC, COCO, Cityscapes, ADE20K or images/ + masks/, 'synth', or a mix with weights: "
        + "FOLDER:4,synth:1";

    /// <exception cref="UserError">Nothing is named, or a weight is not a number above 0.</exception>
    public static IReadOnlyList<DataSpec> Parse(string text)
    {
        DataSpec[] parts = [.. Core.Shell.Parse.List(text).Select(One)];
        return parts.Length > 0 ? parts : throw new UserError("--data is empty: name a folder in CamVid's layout, or 'synth'");
    }

    /// <summary>The files among what a text names, such as COCO's annotations: they are read, and not to be written.</summary>
    public static IEnumerable<string> FilesOf(string text) => Parse(text).Select(d => d.Place).Where(File.Exists);

    private static DataSpec One(string part)
    {
        int colon = part.LastIndexOf(':');
        if (colon <= 0) return new DataSpec(part, 1);
        return double.TryParse(part[(colon + 1)..], CultureInfo.InvariantCulture, out double weight) && weight > 0
            ? new DataSpec(part[..colon], weight)
            : throw new UserError($"--data {part}: the weight after ':' must be a number above 0");
    }
}
