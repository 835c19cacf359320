using System.Collections.Concurrent;
using System.Text.Json;
using OpenCvSharp;

namespace RealtimeSeg.Training.Data.Layouts;

/// <summary>
/// COCO's layout: annotations/*_train*.json and *_val*.json with the images in folders named alike, an _annotations.coco.json in each
/// part's folder, or one .json alone, which may be named trainval. Of panoptic and instance annotations of the same images the panoptic
/// ones are taken.
/// </summary>
internal sealed class CocoLayout : ILayout
{
    private const string Annotations = "annotations", InFolder = "_annotations.coco.json";
    private static readonly ConcurrentDictionary<(string, DateTime), CocoFile> Read = new();

    public bool KeepsShare => true;

    public bool Matches(string root) => Find(root, training: true) is not null || Find(root, training: false) is not null;

    public bool Has(string root, bool training) => Find(root, training) is not null;

    public IReadOnlyList<ImageFiles> Files(string root, bool training)
    {
        string json = Find(root, training) ?? throw Lacks(root, training);
        CocoFile file = FileOf(json);
        string folder = ImageFolder(root, json, file);
        string truth = Path.Combine(Path.GetDirectoryName(json)!, Path.GetFileNameWithoutExtension(json));
        return [.. file.Pictures.Select(p => new ImageFiles(Path.Combine(folder, p.FileName), PngOf(file, truth, p), (json, p.FileName)))];
    }

    public LabelReader Labels(string root, ClassFile? classes)
    {
        if (classes is not null) throw new UserError($"{classes.Path}: {root} has its classes in its annotations; leave the file out");
        return new Reader(FileOf((Find(root, training: true) ?? Find(root, training: false))!).ClassNames);
    }

    private static UserError Lacks(string root, bool training)
    {
        if (training && OfParts(In(root), (true, true)) is { } both)
            return new($"{both} has the images to validate on as well: name a file of those to train on, or take the other one away");
        return new($"{root} lacks annotations to {(training ? "train" : "validate")} on: they are in {Annotations}/*.json, named so");
    }

    private static string PngOf(CocoFile file, string folder, CocoFile.Picture picture)
        => file.IsPanoptic && file.AnnotationsOf(picture.FileName).FirstOrDefault()?.FileName is { } png ? Path.Combine(folder, png) : "";

    private static CocoFile FileOf(string json) => Read.GetOrAdd((json, File.GetLastWriteTimeUtc(json)), key => CocoFile.Read(key.Item1));

    /// <summary>The annotations of a part; one file alone is all there is to train on.</summary>
    private static string? Find(string root, bool training)
    {
        if (File.Exists(root)) return training && root.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? root : null;
        string[] folders = training ? ["train"] : ["val", "valid"];
        string? inside = folders.Select(p => Path.Combine(root, p, InFolder)).FirstOrDefault(File.Exists);
        if (inside is not null) return inside;
        string[] all = In(root);
        string? found = OfParts(all, (training, !training));
        if (found is not null || !training || OfParts(all, (false, true)) is not null) return found;
        string lone = Path.Combine(root, InFolder);
        return OfParts(all, (true, true)) ?? (all.Length == 1 ? all[0] : File.Exists(lone) ? lone : null);
    }

    /// <summary>The annotations of a set's folder for them.</summary>
    private static string[] In(string root)
    {
        string folder = Path.Combine(root, Annotations);
        string[] all = Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal)] : [];
        return [.. all.Where(f => Kind(f) is not null && CocoFile.IsLikely(f))];
    }

    /// <summary>The annotations whose name has the words for certain parts, panoptic ones if there are any.</summary>
    private static string? OfParts(string[] all, (bool Training, bool Validation) parts)
    {
        string[] own = [.. all.Where(f => PartsOf(f) == parts)];
        return Array.Find(own, f => Kind(f) == "panoptic") ?? own.FirstOrDefault();
    }

    /// <summary>The parts that a name such as instances_train2017.json, panoptic_minival.json or pascal_trainval.json speaks of.</summary>
    private static (bool Training, bool Validation) PartsOf(string json)
    {
        string name = Path.GetFileNameWithoutExtension(json).ToLowerInvariant();
        string[] words = new string([.. name.Select(c => char.IsAsciiLetter(c) ? c : ' ')]).Split(' ');
        bool Has(string beginning) => Array.Exists(words, w => w.StartsWith(beginning, StringComparison.Ordinal));
        bool Ends(string end) => Array.Exists(words, w => w.EndsWith(end, StringComparison.Ordinal));
        return (Has("train") || Ends("train") || Ends("trainval"), Ends("val") || Has("valset") || Has("valid"));
    }

    /// <summary>What a file annotates; null for captions and keypoints.</summary>
    private static string? Kind(string json)
    {
        string name = Path.GetFileName(json);
        bool Begins(string word) => name.StartsWith(word, StringComparison.Ordinal);
        return Begins("captions") || Begins("person_keypoints") ? null : Begins("panoptic") ? "panoptic" : "instances";
    }

    /// <summary>Where the images are: in a folder named as the end of the annotations' name, or beside them.</summary>
    private static string ImageFolder(string root, string json, CocoFile file)
    {
        string beside = Path.GetDirectoryName(Path.GetFullPath(json))!, part = Path.GetFileNameWithoutExtension(json).Split('_')[^1];
        string set = File.Exists(root) ? beside : root;
        string[] places =
        [
            Path.Combine(set, part), Path.Combine(set, "images", part), Path.Combine(set, "images"), set, beside,
            Path.Combine(beside, "..", part), Path.Combine(beside, "..", "images"), Path.Combine(beside, ".."),
        ];
        if (file.Pictures is not [{ FileName: var first }, ..]) return set;
        return Array.Find(places, p => File.Exists(Path.Combine(p, first))) ?? Path.Combine(set, part);
    }

    /// <summary>Labels from annotations.</summary>
    private sealed class Reader(IReadOnlyList<string> names) : LabelReader
    {
        public override ClassMap Map(string? name) => ClassMap.Of(names, name);

        /// <summary>
        /// As it is stored, which is what pycocotools' users annotate, whatever its EXIF orientation; turned by that only if the entry's
        /// size says so.
        /// </summary>
        public override Mat Image(ImageFiles files)
        {
            (string json, string name) = files.Annotated!.Value;
            CocoFile.Picture entry = FileOf(json).EntryOf(name);
            bool IsAsListed(Mat image) => (entry.Width, entry.Height) == (image.Width, image.Height);
            Mat stored = ImageSet.Decode(files.Image, ImreadModes.Color | ImreadModes.IgnoreOrientation);
            if ((entry.Width, entry.Height) == (0, 0) || IsAsListed(stored)) return stored;
            using (stored)
            {
                Mat turned = base.Image(files);
                if (IsAsListed(turned)) return turned;
                turned.Dispose();
                string sizes = $"{files.Image} is {stored.Width}×{stored.Height}, {entry.Width}×{entry.Height} in {json}";
                throw new UserError($"{sizes}: annotate it at its own size, or bring the image to that one");
            }
        }

        public override Mat Values(ImageFiles files, Size size)
        {
            (string json, string picture) = files.Annotated!.Value;
            CocoFile file = FileOf(json);
            try
            {
                return file.IsPanoptic ? Segments(file, files, picture, size) : Instances(file, picture, size);
            }
            catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException or KeyNotFoundException)
            {
                throw new UserError($"{json}: the annotations of {picture} cannot be drawn ({UserError.OneLine(e)}): correct them", e);
            }
        }

        /// <summary>Smaller objects lie on larger ones; crowds, which hold other things as well, are ignored.</summary>
        private static Mat Instances(CocoFile file, string picture, Size size)
        {
            Mat labels = new(size, MatType.CV_8UC1, Scalar.Black);
            foreach (CocoFile.Annotation a in file.AnnotationsOf(picture).OrderByDescending(a => a.IsCrowd).ThenByDescending(a => a.Area))
                CocoMask.Draw(labels, a.Segmentation, a.IsCrowd == 0 ? file.ValueOf(a.CategoryId) : ClassMap.Ignore);
            return labels;
        }

        private static Mat Segments(CocoFile file, ImageFiles files, string picture, Size size)
        {
            Dictionary<int, byte> valueOf = [];
            foreach (CocoFile.Segment s in file.AnnotationsOf(picture).SelectMany(a => a.SegmentsInfo ?? []))
                valueOf[(int)s.Id] = s.IsCrowd == 0 ? file.ValueOf(s.CategoryId) : ClassMap.Ignore;
            using Mat colors = Pixels(files, size);
            if (colors.Type() != MatType.CV_8UC3) throw new FormatException($"{files.Labels} has {colors.Channels()} channels, not 3");
            Mat labels = new(size, MatType.CV_8UC1);
            ReadOnlySpan<byte> bgr = colors.AsSpan<byte>();
            Span<byte> to = labels.AsSpan<byte>();
            for (int i = 0; i < to.Length; i++)
            {
                int id = bgr[(3 * i) + 2] | (bgr[(3 * i) + 1] << 8) | (bgr[3 * i] << 16);
                to[i] = valueOf.GetValueOrDefault(id, ClassMap.Ignore);
            }

            return labels;
        }
    }
}
