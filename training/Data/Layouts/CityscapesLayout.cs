using OpenCvSharp;

namespace RealtimeSeg.Training.Data.Layouts;

/// <summary>Cityscapes' folders: leftImg8bit/PART/CITY/ and gtFine/PART/CITY/ with labelIds, of which 19 are trained on.</summary>
internal sealed class CityscapesLayout : ILayout
{
    public const string ImageFolder = "leftImg8bit";
    private const string Fine = "gtFine", Coarse = "gtCoarse";

    public bool KeepsShare => true;

    public bool Matches(string root) => HasFolder(root, ImageFolder) && (HasFolder(root, Fine) || HasFolder(root, Coarse));

    public bool Has(string root, bool training) => Directory.Exists(Part(root, training));

    public IReadOnlyList<ImageFiles> Files(string root, bool training)
    {
        string part = Part(root, training);
        if (!Directory.Exists(part)) throw new UserError($"no folder {part}: Cityscapes' layout needs it, with a folder for each city");
        string truth = HasFolder(root, Fine) ? Fine : Coarse;
        return
        [
            .. Directory.EnumerateDirectories(part).Order(StringComparer.Ordinal).SelectMany(DatasetLayout.Images)
                .Select(image => new ImageFiles(image, LabelsOf(root, truth, image))),
        ];
    }

    public LabelReader Labels(string root, ClassFile? classes) => classes is null ? new LabelIds() : new ListedLabels(classes);

    private static bool HasFolder(string root, string name) => Directory.Exists(Path.Combine(root, name));

    private static string Part(string root, bool training) => Path.Combine(root, ImageFolder, training ? "train" : "val");

    /// <summary>Of leftImg8bit/train/ulm/ulm_0_1_leftImg8bit.png, gtFine/train/ulm/ulm_0_1_gtFine_labelIds.png.</summary>
    private static string LabelsOf(string root, string truth, string image)
    {
        string folder = Path.Combine(root, truth, Path.GetRelativePath(Path.Combine(root, ImageFolder), Path.GetDirectoryName(image)!));
        string name = Path.GetFileNameWithoutExtension(image);
        string stem = name.EndsWith($"_{ImageFolder}", StringComparison.Ordinal) ? name[..^(ImageFolder.Length + 1)] : name;
        return Path.Combine(folder, $"{stem}_{truth}_labelIds.png");
    }

    /// <summary>labelIds 0 to 33, and 255 for the licence plate's −1, as the 19 classes that the benchmark counts (trainIds).</summary>
    private sealed class LabelIds : LabelReader
    {
        private const int Last = 33;

        /// <summary>By labelId; null for those that are ignored.</summary>
        private static readonly string?[] Names =
        [
            null, null, null, null, null, null, null, "road", "sidewalk", null, null, "building", "wall", "fence", null, null, null, "pole",
            null, "traffic light", "traffic sign", "vegetation", "terrain", "sky", "person", "rider", "car", "truck", "bus", null, null,
            "train", "motorcycle", "bicycle",
        ];

        public override ClassMap Map(string? name) => ClassMap.Of(Names, name);

        public override Mat Values(ImageFiles files, Size size)
            => Within(Indices(files, size), Last, files.Labels);
    }
}
