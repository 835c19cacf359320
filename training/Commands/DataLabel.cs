using System.CommandLine;
using System.Globalization;
using System.Text;
using OpenCvSharp;
using RealtimeSeg.Core.Street;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Metrics;
using Row = RealtimeSeg.Core.Shell.OptionRows<RealtimeSeg.Training.Commands.LabelSettings>;

namespace RealtimeSeg.Training.Commands;

/// <summary>The command line of <c>data label</c>.</summary>
internal sealed record LabelSettings
{
    /// <summary>Probability below which a pixel's class is ignored.</summary>
    public float Least { get; init; } = 0.7f;

    /// <summary>How third-party models are read.</summary>
    public ModelReading Reading { get; init; } = new();

    public bool Overwrite { get; init; }
}

/// <summary>
/// <c>data label</c>: a data set of images that nobody but a model has labelled, for another model to learn from (Lee 2013,
/// "Pseudo-Label"; Xie et al. 2020, "Self-training with Noisy Student").
/// </summary>
internal static class DataLabel
{
    private const int JpegQuality = 95;

    internal static IReadOnlyList<OptionRow<LabelSettings>> Rows { get; } =
    [
        Row.Value("--least", "Least probability of a class; pixels below it are left out", s => s.Least, (s, v) => s with { Least = v },
            Limits.Below(0f, 1f)),
        .. ReadingOptions.Rows<LabelSettings>(s => s.Reading, (s, v) => s with { Reading = v }),
        Overwriting.Row<LabelSettings>(s => s with { Overwrite = true }),
    ];

    public static Command Create()
    {
        Argument<string> model = new("model") { Description = "An .onnx file, exported here or a third-party one: the teacher" };
        Argument<string> images = new("images") { Description = "A folder of images" };
        Argument<string> folder = new("folder")
        {
            Description = "The data set to write: CamVid's layout for streets, VOC's for people, CamVid's with a classes.txt for the rest",
        };
        OptionTable<LabelSettings> options = new(new LabelSettings(), Rows);
        Command c = new("label", "Label images with a model, to train another one on them.") { model, images, folder };
        options.AddTo(c);
        c.SetAction(p =>
        {
            int skipped = Write(p.GetValue(model)!, p.GetValue(images)!, p.GetValue(folder)!, options.Read(p));
            return skipped > 0 ? CommandRunner.IncompleteCode : 0;
        });
        return c;
    }

    /// <summary>Writes the data set; returns how many images could not be read.</summary>
    private static int Write(string model, string images, string folder, LabelSettings s)
    {
        using Evaluator teacher = Evaluator.Load(model, s.Reading, Console.WriteLine);
        Layout layout = Layout.For(teacher.Manifest.Classes);
        string[] files = [.. DatasetLayout.Images(images)], names = [.. files.Select(f => Path.GetFileNameWithoutExtension(f))];
        if (files.Length == 0) throw new UserError($"{images} has no images: it needs files such as *.jpg or *.png");
        if (names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any()) is { } twice)
            throw new UserError($"{images} has two images named {twice.Key}, which would have one label file: rename one");

        (string Image, string Labels)[] pairs = [.. files.Select((f, i) => layout.Pair(folder, f, names[i]))];
        string list = Path.Combine(folder, layout.List), classes = Path.Combine(folder, ClassFile.DefaultName);
        IEnumerable<string> outputs = pairs.SelectMany(p => new[] { p.Image, p.Labels });
        if (layout.List.Length > 0) outputs = outputs.Append(list);
        if (layout.HasClassFile) outputs = outputs.Append(classes);
        OutputName.Check(outputs, [model, .. files], s.Overwrite);
        double sure = 0;
        List<string> labelled = [];
        for (int i = 0; i < files.Length; i++)
        {
            using Mat? image = Readable(files[i]);
            if (image is null) continue;
            sure += Label(teacher, image, files[i], pairs[i], layout, s.Least);
            labelled.Add(names[i]);
        }

        if (labelled.Count == 0) throw new UserError($"none of the {files.Length} images in {images} can be read");
        if (layout.List.Length > 0) AtomicFile.Write(list, Encoding.UTF8.GetBytes(string.Concat(labelled.Select(n => n + "\n"))));
        string listed = string.Concat(teacher.Manifest.Classes.Select(n => n + "\n"));
        if (layout.HasClassFile) AtomicFile.Write(classes, Encoding.UTF8.GetBytes(listed));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{labelled.Count} images labelled in {folder}, {sure / labelled.Count:P1} of their pixels at a probability of "
            + $"{s.Least} or more; "
            + $"train on them: --data DIR:4,{folder}:1{layout.Option}"));
        return files.Length - labelled.Count;
    }

    /// <summary>An image; null, and a line, if it cannot be read.</summary>
    private static Mat? Readable(string file)
    {
        try
        {
            return ImageSet.Decode(file, ImreadModes.Color);
        }
        catch (UserError e)
        {
            Console.Error.WriteLine($"skipped: {e.Message}");
            return null;
        }
    }

    /// <summary>Writes an image and its labels; returns the share of its pixels that have one.</summary>
    private static double Label(
        Evaluator teacher, Mat image, string file, (string Image, string Labels) pair, Layout layout, float least)
    {
        byte[] labels = teacher.LabelsAsShown(image, least);
        double sure = labels.Count(l => l != ClassMap.Ignore) / (double)labels.Length;
        for (int i = 0; i < labels.Length; i++) labels[i] = labels[i] == ClassMap.Ignore ? ClassMap.Ignore : layout.Codes[labels[i]];
        using Mat map = Mat.FromPixelData(image.Height, image.Width, MatType.CV_8UC1, labels);
        bool isSame = Path.GetExtension(file).Equals(Path.GetExtension(pair.Image), StringComparison.OrdinalIgnoreCase);
        ImageEncodingParam quality = new(ImwriteFlags.JpegQuality, JpegQuality);
        AtomicFile.Write(pair.Image, isSame ? File.ReadAllBytes(file) : image.ToBytes(".jpg", quality));
        AtomicFile.Write(pair.Labels, map.ToBytes(".png"));
        return sure;
    }

    /// <summary>Where files of a data set lie, and what its label files say.</summary>
    /// <param name="Images">Folder of the images.</param>
    /// <param name="Labels">Folder of the labels.</param>
    /// <param name="Codes">The value for each of the model's classes.</param>
    /// <param name="List">File that lists the images; empty for none.</param>
    /// <param name="Option">What else <c>train</c> is told.</param>
    /// <param name="HasClassFile">Whether a file lists the classes.</param>
    private sealed record Layout(string Images, string Labels, byte[] Codes, string List, string Option, bool HasClassFile = false)
    {
        private const byte PersonInVoc = 15;

        /// <summary>The layout for a model's classes.</summary>
        public static Layout For(IReadOnlyList<string> classes)
        {
            byte[] same = [.. Enumerable.Range(0, classes.Count).Select(k => (byte)k)];
            if (classes.SequenceEqual(StreetClasses.Names, StringComparer.Ordinal)) return new Layout("train", "trainannot", same, "", "");
            string list = Path.Combine("ImageSets", "Segmentation", "train.txt");
            return classes is ["background", "person"]
                ? new Layout("JPEGImages", "SegmentationClass", [0, PersonInVoc], list, " --map voc-person")
                : new Layout("train", "trainannot", same, "", "", HasClassFile: true);
        }

        public (string Image, string Labels) Pair(string folder, string file, string name)
        {
            string ending = List.Length > 0 ? ".jpg" : Path.GetExtension(file); // VOC's lists know no other
            return (Path.Combine(folder, Images, name + ending), Path.Combine(folder, Labels, name + ".png"));
        }
    }
}
