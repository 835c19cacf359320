using RealtimeSeg.Training.Data.Layouts;

namespace RealtimeSeg.Training.Data;

/// <summary>Recognises the layout of a data set, opens it, and divides its images.</summary>
public static class DatasetLayout
{
    /// <summary>The share that a set without a split of its own keeps for validation: every fifth image by name.</summary>
    public const double UsualShare = 0.2;

    /// <summary>The layouts besides CamVid's, for messages.</summary>
    internal const string Others =
        "or images/ and masks/, JPEGImages/ and SegmentationClass/, leftImg8bit/ and gtFine/, images/training/ and annotations/training/, "
        + "img_dir/train/ and ann_dir/train/, or COCO's annotations/*.json";

    /// <summary>The first one that matches is taken.</summary>
    private static readonly ILayout[] All =
    [
        new CityscapesLayout(), new VocLayout(), new CocoLayout(), new AdeLayout(), new MaskLayout(), new CamVidLayout(),
    ];

    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"];

    /// <summary>Opens a data set in a known layout.</summary>
    /// <param name="root">The folder, or an annotation file of COCO's.</param>
    /// <param name="split">Which of its images.</param>
    /// <param name="map">Class map, see <see cref="ClassMap"/>; null keeps the set's classes.</param>
    /// <param name="classes">Class file, see <see cref="ClassFile"/>; null for the one in the folder, or the layout's own classes.</param>
    /// <exception cref="UserError">No such folder, no known layout, no images for the split, or a file is missing.</exception>
    public static IDataset Open(string root, Split split, string? map, string? classes = null)
    {
        if (!Path.Exists(root)) throw new UserError($"no folder {root}: name a data set, with images/ and masks/ for one, or use 'synth'");
        if (File.Exists(root) && !root.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            throw new UserError($"{root} is a file: name the folder of images and labels, or COCO's annotations as .json");
        ILayout layout = LayoutOf(root);
        IReadOnlyList<ImageFiles> files = Divided(layout, root, split);
        if (files.Count == 0)
        {
            string share = $"{split.Share ?? UsualShare:P0} of the images are for validation, which is none of so few";
            string remedy = layout.KeepsShare || split.Share is not null ? share : "check its folders";
            throw new UserError($"{root} has no images to {(split.Training ? "train" : "validate")} on: {remedy}");
        }

        LabelReader labels = layout.Labels(root, ClassFile.For(root, classes));
        return new ImageSet(Path.GetFileName(Path.TrimEndingDirectorySeparator(root)), files, labels, map);
    }

    /// <summary>Whether a set's images are divided by drive, which their names begin with.</summary>
    public static bool HasDrives(string root) => Directory.Exists(root) && LayoutOf(root) is CamVidLayout;

    /// <summary>Whether a folder is in a layout with labels, rather than one of images alone.</summary>
    public static bool IsLabelled(string root)
        => Path.Exists(root) && LayoutOf(root) is var layout && (layout.Has(root, training: true) || layout.Has(root, training: false));

    /// <summary>Whether a set has images to train on, or to validate on, as far as its folders tell.</summary>
    public static bool Has(string root, bool training) => LayoutOf(root) is var layout && (layout.KeepsShare || layout.Has(root, training));

    /// <summary>
    /// The images of a set to train on, or to validate on if there are no others, whose labels may be absent; or those of a folder
    /// without labels, or of the folders in it that layouts keep images in.
    /// </summary>
    /// <exception cref="UserError">There are none.</exception>
    internal static IReadOnlyList<string> Pictures(string root)
    {
        ILayout layout = LayoutOf(root);
        string[] found = IsLabelled(root)
            ? [.. Divided(layout, root, new Split(layout.Has(root, training: true))).Select(f => f.Image)]
            : [.. Images(root)];
        if (found.Length == 0 && Directory.Exists(root))
            found = [.. Directory.EnumerateDirectories(root).Where(HoldsImages).Order(StringComparer.Ordinal).SelectMany(Inside)];
        return found.Length > 0
            ? found
            : throw new UserError($"{root} has no images: it needs files such as *.jpg, or a data set's folders");
    }

    /// <summary>Images without a label file, a message each; PASCAL VOC's have lists of those that are labelled.</summary>
    public static IEnumerable<string> Unlabelled(string root)
        => LayoutOf(root) is VocLayout ? [] : LayoutOf(root).Pairs(root).SelectMany(p => Unpaired(p.Images, p.Labels, "label file"));

    /// <summary>Label files without an image, a message each.</summary>
    public static IEnumerable<string> Strays(string root)
        => LayoutOf(root).Pairs(root).SelectMany(p => Unpaired(p.Labels, p.Images, "image"));

    /// <summary>The image files of a folder, by name.</summary>
    /// <exception cref="UserError">No such folder.</exception>
    internal static IEnumerable<string> Images(string folder)
    {
        if (!Directory.Exists(folder)) throw new UserError($"no folder {folder}: the images belong there");
        static bool IsImage(string file) => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase);
        return Directory.EnumerateFiles(folder).Where(IsImage).Order(StringComparer.Ordinal);
    }

    /// <summary>Images with the label files of the same names.</summary>
    internal static List<ImageFiles> WithLabels(IEnumerable<string> images, string labels)
        => [.. images.Select(f => new ImageFiles(f, Path.Combine(labels, Path.GetFileNameWithoutExtension(f) + ".png")))];

    /// <summary>Whether a folder has the name of one with images, not labels, in some layout.</summary>
    private static bool HoldsImages(string folder)
    {
        string name = Path.GetFileName(folder);
        bool isPart = name.StartsWith("train", StringComparison.Ordinal) || name.StartsWith("val", StringComparison.Ordinal);
        return name is "images" or AdeLayout.OtherImages or VocLayout.Images or CityscapesLayout.ImageFolder
            || (isPart && !name.EndsWith("annot", StringComparison.Ordinal));
    }

    /// <summary>The images of a folder and of the folders in it.</summary>
    private static IEnumerable<string> Inside(string folder)
        => Images(folder).Concat(Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).SelectMany(Inside));

    private static ILayout LayoutOf(string root) => Array.Find(All, l => l.Matches(root))!;

    private static IReadOnlyList<ImageFiles> Divided(ILayout layout, string root, Split split)
    {
        if (split.LeaveOut is { } drive) return ByDrive(AllOf(layout, root), root, drive, split.Training);
        if (split.Whole) return AllOf(layout, root);
        bool keepsShare = layout.KeepsShare && !layout.Has(root, training: false);
        if (split.Share is null && !keepsShare) return layout.Files(root, split.Training);
        decimal share = (decimal)(split.Share ?? UsualShare);
        bool IsKept(int i) => decimal.Floor((i + 1) * share) > decimal.Floor(i * share);
        return [.. AllOf(layout, root).Where((_, i) => IsKept(i) != split.Training)];
    }

    /// <summary>The images of both parts; what a model labelled has nothing to validate on, what was drawn nothing to train on.</summary>
    private static List<ImageFiles> AllOf(ILayout layout, string root)
    {
        bool onlyVal = layout.Has(root, training: false) && !layout.Has(root, training: true);
        List<ImageFiles> all = onlyVal ? [] : [.. layout.Files(root, training: true)];
        if (layout.Has(root, training: false)) all.AddRange(layout.Files(root, training: false));
        return all;
    }

    private static List<ImageFiles> ByDrive(List<ImageFiles> all, string root, string drive, bool training)
    {
        bool IsIn(ImageFiles f) => Path.GetFileName(f.Image).StartsWith(drive, StringComparison.Ordinal);
        if (!all.Exists(IsIn)) throw new UserError($"{root} has no drive {drive}: there are {string.Join(", ", Drives(all))}");
        return [.. all.Where(f => IsIn(f) != training)];
    }

    /// <summary>What the images' names have before their first underscore.</summary>
    private static IEnumerable<string> Drives(List<ImageFiles> files)
        => files.Select(f => Path.GetFileNameWithoutExtension(f.Image).Split('_')[0])
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Unpaired(string folder, string others, string what)
    {
        if (!Directory.Exists(folder) || !Directory.Exists(others)) yield break;
        HashSet<string> known = [.. Images(others).Select(f => Path.GetFileNameWithoutExtension(f))];
        foreach (string file in Images(folder).Where(f => !known.Contains(Path.GetFileNameWithoutExtension(f))))
            yield return $"{file} has no {what} in {others}";
    }
}
