namespace RealtimeSeg.Training.Data;

/// <summary>Recognises the layout of a folder and opens it.</summary>
public static class DatasetLayout
{
    /// <summary>A set without a split of its own keeps every fifth image by name for validation.</summary>
    private const int HoldOut = 5;

    private const string VocImages = "JPEGImages", VocLabels = "SegmentationClass", PlainImages = "images", PlainMasks = "masks";

    /// <summary>
    /// Opens a folder in CamVid's (train/, trainannot/, …), PASCAL VOC's (JPEGImages/, …) or the plain (images/, masks/) layout.
    /// </summary>
    /// <param name="root">The folder.</param>
    /// <param name="split">Which of its images.</param>
    /// <param name="map">Class map, see <see cref="ClassMap"/>; null keeps the set's classes.</param>
    /// <exception cref="UserError">No such folder, no known layout, no images for the split, or a file is missing.</exception>
    public static IDataset Open(string root, Split split, string? map)
    {
        if (!Directory.Exists(root))
            throw new UserError($"no folder {root}: name one in CamVid's, PASCAL VOC's or the images/ + masks/ layout, or use 'synth'");
        LabelStyle style = StyleOf(root);
        List<ImageFiles> files = style switch
        {
            LabelStyle.Voc => Voc(root, split),
            LabelStyle.Binary => Plain(root, split),
            _ => CamVid(root, split),
        };
        if (files.Count == 0)
        {
            string remedy = style == LabelStyle.Binary ? "every fifth is for validation, so that five are needed" : "check its folders";
            throw new UserError($"{root} has no images to {(split.Training ? "train" : "validate")} on: {remedy}");
        }

        return new ImageSet(Path.GetFileName(Path.TrimEndingDirectorySeparator(root)), files, style, ClassMap.For(style, map));
    }

    /// <summary>Whether a set's images are divided by drive, which their names begin with.</summary>
    public static bool HasDrives(string root) => Directory.Exists(root) && StyleOf(root) == LabelStyle.CamVid;

    /// <summary>Images without a label file, a message each; PASCAL VOC's have lists of those that are labelled.</summary>
    public static IEnumerable<string> Unlabelled(string root)
    {
        foreach ((string from, string to) in Pairs(root, voc: false))
        {
            HashSet<string> labelled = [.. Images(to).Select(f => Path.GetFileNameWithoutExtension(f))];
            foreach (string image in Images(from).Where(f => !labelled.Contains(Path.GetFileNameWithoutExtension(f))))
                yield return $"{image} has no label file in {to}";
        }
    }

    /// <summary>Label files without an image, a message each.</summary>
    public static IEnumerable<string> Strays(string root)
    {
        foreach ((string from, string to) in Pairs(root, voc: true))
        {
            HashSet<string> known = [.. Images(from).Select(f => Path.GetFileNameWithoutExtension(f))];
            foreach (string stray in Images(to).Where(f => !known.Contains(Path.GetFileNameWithoutExtension(f))))
                yield return $"{stray} has no image in {from}";
        }
    }

    /// <summary>The folders of images and of their labels that a set has.</summary>
    private static IEnumerable<(string Images, string Labels)> Pairs(string root, bool voc)
    {
        List<(string Images, string Labels)> all = [("train", "trainannot"), ("val", "valannot"), (PlainImages, PlainMasks)];
        if (voc) all.Add((VocImages, VocLabels));
        return all.Select(p => (Path.Combine(root, p.Images), Path.Combine(root, p.Labels)))
            .Where(p => Directory.Exists(p.Item1) && Directory.Exists(p.Item2));
    }

    private static LabelStyle StyleOf(string root)
        => Directory.Exists(Path.Combine(root, VocImages)) ? LabelStyle.Voc
        : Directory.Exists(Path.Combine(root, PlainMasks)) ? LabelStyle.Binary
        : LabelStyle.CamVid;

    /// <summary>CamVid: a folder per split, or all images, perhaps divided by drive.</summary>
    private static List<ImageFiles> CamVid(string root, Split split)
    {
        if (split is { LeaveOut: null, Whole: false }) return CamVidFolder(root, split.Training ? "train" : "val");
        List<ImageFiles> all = CamVidFolder(root, "train");
        if (Directory.Exists(Path.Combine(root, "val"))) all.AddRange(CamVidFolder(root, "val")); // what a model labelled has none
        if (split.LeaveOut is not { } drive) return all;
        if (!all.Exists(f => Path.GetFileName(f.Image).StartsWith(drive, StringComparison.Ordinal)))
            throw new UserError($"{root} has no drive {drive}: there are {string.Join(", ", Drives(all))}");
        return [.. all.Where(f => Path.GetFileName(f.Image).StartsWith(drive, StringComparison.Ordinal) != split.Training)];
    }

    /// <summary>What the images' names have before their first underscore.</summary>
    private static IEnumerable<string> Drives(List<ImageFiles> files)
        => files.Select(f => Path.GetFileNameWithoutExtension(f.Image).Split('_')[0])
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static List<ImageFiles> CamVidFolder(string root, string name)
    {
        string images = Path.Combine(root, name), labels = Path.Combine(root, name + "annot");
        return Directory.Exists(images) && Directory.Exists(labels)
            ? WithLabels(Images(images), labels)
            : throw new UserError($"{root} is in no known layout: it needs CamVid's folders {name}/ and {name}annot/, " +
                $"or {PlainImages}/ and {PlainMasks}/, or {VocImages}/ and {VocLabels}/");
    }

    /// <summary>PASCAL VOC: the lists in ImageSets/Segmentation name the images of each split.</summary>
    private static List<ImageFiles> Voc(string root, Split split)
    {
        if (!split.Whole) return VocList(root, split.Training ? "train.txt" : "val.txt");
        List<ImageFiles> all = VocList(root, "train.txt");
        if (File.Exists(ListFile(root, "val.txt"))) all.AddRange(VocList(root, "val.txt"));
        return all;
    }

    private static string ListFile(string root, string name) => Path.Combine(root, "ImageSets", "Segmentation", name);

    private static List<ImageFiles> VocList(string root, string name)
    {
        string list = ListFile(root, name);
        if (!File.Exists(list)) throw new UserError($"no list {list}: PASCAL VOC's layout needs it");
        return
        [
            .. File.ReadLines(list).Select(l => l.Trim()).Where(l => l.Length > 0)
                .Select(n => new ImageFiles(Path.Combine(root, VocImages, n + ".jpg"), Path.Combine(root, VocLabels, n + ".png"))),
        ];
    }

    private static List<ImageFiles> Plain(string root, Split split)
    {
        bool Has(string file, int i) => split.Whole || i % HoldOut == HoldOut - 1 != split.Training;
        return WithLabels(Images(Path.Combine(root, PlainImages)).Where(Has), Path.Combine(root, PlainMasks));
    }

    /// <summary>The image files of a folder, by name.</summary>
    /// <exception cref="UserError">No such folder.</exception>
    internal static IEnumerable<string> Images(string folder)
    {
        if (!Directory.Exists(folder)) throw new UserError($"no folder {folder}: the images belong there");
        static bool IsImage(string file) => Path.GetExtension(file).ToLowerInvariant() is ".jpg" or ".jpeg" or ".png";
        return Directory.EnumerateFiles(folder).Where(IsImage).Order(StringComparer.Ordinal);
    }

    private static List<ImageFiles> WithLabels(IEnumerable<string> images, string labels)
        => [.. images.Select(f => new ImageFiles(f, Path.Combine(labels, Path.GetFileNameWithoutExtension(f) + ".png")))];
}
