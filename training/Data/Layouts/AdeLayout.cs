namespace RealtimeSeg.Training.Data.Layouts;

/// <summary>
/// ADE20K's folders: images/training and annotations/training, and the same with validation; or train and val. MMSegmentation's are
/// img_dir and ann_dir.
/// </summary>
internal sealed class AdeLayout : ILayout
{
    public const string OtherImages = "img_dir";
    private static readonly string[] ImageFolders = ["images", OtherImages], MaskFolders = ["annotations", "masks", "labels", "ann_dir"];
    private static readonly string[] Train = ["training", "train"], Val = ["validation", "val"];

    public bool KeepsShare => true;

    public bool Matches(string root) => Has(root, training: true) || Has(root, training: false);

    public bool Has(string root, bool training) => Find(root, training) is not null;

    public IReadOnlyList<ImageFiles> Files(string root, bool training)
    {
        if (Find(root, training) is { } pair) return DatasetLayout.WithLabels(DatasetLayout.Images(pair.Images), pair.Labels);
        string part = (training ? Train : Val)[0];
        throw new UserError($"{root} has no images/{part} and annotations/{part}: they belong there");
    }

    public LabelReader Labels(string root, ClassFile? classes)
    {
        if (Parts(root).FirstOrDefault(p => IsText(p.Labels)).Labels is { } text)
            throw new UserError($"{text} has labels as text, as YOLO's: convert them to PNGs of class indices or to COCO's annotations");
        return classes is not null ? new ListedLabels(classes) : throw new UserError(
            $"the classes of {root} are in none of its files: list them in {ClassFile.DefaultName} there, or name a file with --colors");
    }

    public IEnumerable<(string Images, string Labels)> Pairs(string root) => Parts(root).Where(p => !IsText(p.Labels));

    private static IEnumerable<(string Images, string Labels)> Parts(string root)
        => new[] { Find(root, training: true), Find(root, training: false) }.OfType<(string, string)>();

    private static bool IsText(string folder)
        => Directory.EnumerateFiles(folder, "*.txt").Any() && !DatasetLayout.Images(folder).Any();

    private static (string Images, string Labels)? Find(string root, bool training)
    {
        foreach (string part in training ? Train : Val)
        {
            string? Existing(string[] folders) => folders.Select(f => Path.Combine(root, f, part)).FirstOrDefault(Directory.Exists);
            if (Existing(ImageFolders) is { } images && Existing(MaskFolders) is { } masks) return (images, masks);
        }

        return null;
    }
}
