namespace RealtimeSeg.Training.Data.Layouts;

/// <summary>PASCAL VOC's folders, whose lists in ImageSets/Segmentation name the images of each part.</summary>
internal sealed class VocLayout : ILayout
{
    public const string Images = "JPEGImages", Masks = "SegmentationClass";
    private const string Lists = "ImageSets";

    public bool KeepsShare => false;

    /// <summary>COCO's annotations may have a folder of images of that name, too.</summary>
    public bool Matches(string root)
        => Directory.Exists(Path.Combine(root, Images))
            && (Directory.Exists(Path.Combine(root, Masks)) || Directory.Exists(Path.Combine(root, Lists)));

    public bool Has(string root, bool training) => File.Exists(ListFile(root, training));

    public IReadOnlyList<ImageFiles> Files(string root, bool training)
    {
        string list = ListFile(root, training);
        if (!File.Exists(list)) throw new UserError($"no list {list}: PASCAL VOC's layout needs it");
        return
        [
            .. File.ReadLines(list).Select(l => l.Trim()).Where(l => l.Length > 0)
                .Select(n => new ImageFiles(Path.Combine(root, Images, n + ".jpg"), Path.Combine(root, Masks, n + ".png"))),
        ];
    }

    public LabelReader Labels(string root, ClassFile? classes)
        => classes is null ? new StyledLabels(LabelStyle.Voc) : new ListedLabels(classes);

    /// <summary>Not for images without labels: the lists say which have them.</summary>
    public IEnumerable<(string Images, string Labels)> Pairs(string root) => [(Path.Combine(root, Images), Path.Combine(root, Masks))];

    private static string ListFile(string root, bool training)
        => Path.Combine(root, Lists, "Segmentation", training ? "train.txt" : "val.txt");
}
