namespace RealtimeSeg.Training.Data;

/// <summary>Recognises a folder's layout and opens it.</summary>
public static class DatasetLayout
{
    /// <summary>Where a set has no split of its own, every fifth picture by name is kept for judging.</summary>
    private const int HoldOut = 5;

    /// <summary>Opens a folder in CamVid's (train/, trainannot/, …), PASCAL VOC's (JPEGImages/, …) or the plain (images/, masks/) layout.</summary>
    public static IDataset Open(string root, Split split, string? map)
    {
        if (!Directory.Exists(root)) throw new UserError($"no folder {root}: name one in CamVid's, PASCAL VOC's or the images/ + masks/ layout, or use 'synth'");
        (IReadOnlyList<(string, string)> files, LabelStyle style) =
            Directory.Exists(Path.Combine(root, "JPEGImages")) ? (Voc(root, split), LabelStyle.Voc)
            : Directory.Exists(Path.Combine(root, "masks")) ? (Pairs(root, split), LabelStyle.Binary)
            : (CamVid(root, split), LabelStyle.CamVid);
        if (files.Count == 0) throw new UserError($"{root} has no pictures for this split: check its folders");
        return new PictureSet(Path.GetFileName(Path.TrimEndingDirectorySeparator(root)), files, style, ClassMap.For(style, map));
    }

    /// <summary>Label files without a picture, by folder: the other way round is refused when the set is opened.</summary>
    public static IEnumerable<string> Strays(string root)
    {
        foreach ((string images, string labels) in ((string, string)[])[("train", "trainannot"), ("val", "valannot"), ("images", "masks"), ("JPEGImages", "SegmentationClass")])
        {
            string from = Path.Combine(root, images), to = Path.Combine(root, labels);
            if (!Directory.Exists(from) || !Directory.Exists(to)) continue;
            HashSet<string> known = [.. Pictures(from).Select(f => Path.GetFileNameWithoutExtension(f))];
            foreach (string stray in Pictures(to).Where(f => !known.Contains(Path.GetFileNameWithoutExtension(f)))) yield return $"{stray} has no picture in {from}";
        }
    }

    private static List<(string, string)> CamVid(string root, Split split)
    {
        if (split.LeaveOut is not { } drive) return Folder(root, split.Training ? "train" : "val");
        IEnumerable<(string Image, string)> all = [.. Folder(root, "train"), .. Folder(root, "val")];
        return [.. all.Where(f => Path.GetFileName(f.Image).StartsWith(drive, StringComparison.Ordinal) != split.Training)];
    }

    private static List<(string, string)> Folder(string root, string name)
    {
        string images = Path.Combine(root, name), labels = Path.Combine(root, name + "annot");
        return Directory.Exists(images) && Directory.Exists(labels)
            ? WithLabels(Pictures(images), labels)
            : throw new UserError($"{root} is in no known layout: it needs CamVid's folders {name}/ and {name}annot/, or images/ and masks/, or JPEGImages/ and SegmentationClass/");
    }

    /// <summary>PASCAL VOC: the lists in ImageSets/Segmentation name the pictures of each split.</summary>
    private static List<(string, string)> Voc(string root, Split split)
    {
        string list = Path.Combine(root, "ImageSets", "Segmentation", split.Training ? "train.txt" : "val.txt");
        if (!File.Exists(list)) throw new UserError($"no list {list}: PASCAL VOC's layout needs it");
        return [.. File.ReadLines(list).Select(l => l.Trim()).Where(l => l.Length > 0)
            .Select(n => (Path.Combine(root, "JPEGImages", n + ".jpg"), Path.Combine(root, "SegmentationClass", n + ".png")))];
    }

    private static List<(string, string)> Pairs(string root, Split split)
        => WithLabels(Pictures(Path.Combine(root, "images")).Where((_, i) => i % HoldOut == HoldOut - 1 != split.Training), Path.Combine(root, "masks"));

    private static IEnumerable<string> Pictures(string folder) => !Directory.Exists(folder)
        ? throw new UserError($"no folder {folder}")
        : Directory.EnumerateFiles(folder).Where(f => Path.GetExtension(f).ToLowerInvariant() is ".jpg" or ".jpeg" or ".png").Order(StringComparer.Ordinal);

    private static List<(string, string)> WithLabels(IEnumerable<string> images, string labels)
        => [.. images.Select(f => (f, Path.Combine(labels, Path.GetFileNameWithoutExtension(f) + ".png")))];
}
