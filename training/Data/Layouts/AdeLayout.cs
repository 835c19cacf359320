namespace RealtimeSeg.Training.Data.Layouts;

/// <summary>ADE20K's folders: images/training and annotations/training, and the same with validation; or train and val.</summary>
internal sealed class AdeLayout : ILayout
{
    private static readonly string[] MaskFolders = ["annotations", "masks", "labels"];
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

    public LabelReader Labels(string root, ClassFile? classes) => classes is not null ? new ListedLabels(classes) : throw new UserError(
        $"the classes of {root} are in none of its files: list them in {ClassFile.DefaultName} there, or name a file with --colors");

    public IEnumerable<(string Images, string Labels)> Pairs(string root)
        => new[] { Find(root, training: true), Find(root, training: false) }.OfType<(string, string)>();

    private static (string Images, string Labels)? Find(string root, bool training)
    {
        foreach (string part in training ? Train : Val)
        {
            string images = Path.Combine(root, "images", part);
            string? masks = MaskFolders.Select(m => Path.Combine(root, m, part)).FirstOrDefault(Directory.Exists);
            if (masks is not null && Directory.Exists(images)) return (images, masks);
        }

        return null;
    }
}
