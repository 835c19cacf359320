using System.CommandLine;
using OpenCvSharp;
using RealtimeSeg.Core.Street;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Nn;
using Row = RealtimeSeg.Core.Shell.OptionRows<RealtimeSeg.Training.Commands.PreviewSettings>;

namespace RealtimeSeg.Training.Commands;

/// <summary>The command line of <c>data preview</c>.</summary>
internal sealed record PreviewSettings
{
    public string? Map { get; init; }

    /// <summary>Class file of the data, or null.</summary>
    public string? ClassFile { get; init; }

    public string Augment { get; init; } = "strong";

    /// <summary>The contact sheet; null for a free name in out/.</summary>
    public string? Out { get; init; }

    public bool Overwrite { get; init; }

    /// <summary>Of the choice of images and of augmentation.</summary>
    public int Seed { get; init; } = 7;
}

/// <summary><c>data preview</c>: the same images through each kind of augmentation, as the network gets them.</summary>
internal static class DataPreview
{
    private const int Columns = 6, Width = 384, Height = 288;

    internal static IReadOnlyList<OptionRow<PreviewSettings>> Rows { get; } =
    [
        Row.Value("--map", ClassMap.Help, s => s.Map, (s, v) => s with { Map = v }),
        Row.Value("--colors", ClassFile.Help, s => s.ClassFile, (s, v) => s with { ClassFile = v }),
        Row.Value("--augment", AugmentationNames.Help, s => s.Augment, (s, v) => s with { Augment = v }),
        Row.Value("--out", "The contact sheet; out/preview.png or its next free name", s => s.Out, (s, v) => s with { Out = v }),
        Overwriting.Row<PreviewSettings>(s => s with { Overwrite = true }),
        Row.Value("--seed", "Seed of images and augmentation", s => s.Seed, (s, v) => s with { Seed = v }),
    ];

    public static Command Create()
    {
        Argument<string> data = DataCommand.Place();
        OptionTable<PreviewSettings> options = new(new PreviewSettings(), Rows);
        Command c = new("preview", "Draw a contact sheet of what the network sees: a row for each kind of augmentation.") { data };
        options.AddTo(c);
        c.SetAction(p =>
        {
            Write(p.GetValue(data)!, options.Read(p));
            return 0;
        });
        return c;
    }

    private static void Write(string data, PreviewSettings s)
    {
        string target = Overwriting.Target(s.Out, s.Overwrite, "out/preview.png");
        MixedDataset sets = MixedDataset.Parse(data, new Split(Training: true), s.Map, s.ClassFile);
        AugmentationKind[] kinds = [.. KindsOf(AugmentationNames.Parse(s.Augment))];
        using ContactSheet sheet = new(StreetClasses.PaletteFor(sets.ClassNames), Columns);
        foreach (AugmentationKind kind in kinds) AddRow(sheet, sets, kind, s.Seed);
        sheet.Save(target);
        Console.WriteLine($"{target}: {kinds.Length} rows of {Columns}");
    }

    /// <summary>None, each of the chosen kinds alone, and all of them together.</summary>
    private static IEnumerable<AugmentationKind> KindsOf(AugmentationKind chosen)
        => Enum.GetValues<AugmentationKind>().Where(k => int.PopCount((int)k) == 1 && chosen.HasFlag(k))
            .Prepend(AugmentationKind.None).Append(chosen).Distinct();

    private static void AddRow(ContactSheet sheet, MixedDataset sets, AugmentationKind kind, int seed)
    {
        byte[] frame = new byte[Width * Height * 3], labels = new byte[Width * Height];
        using SampleMaker maker = new(sets, new BatchShape(1, Height, Width), new Sampling(Kinds: kind));
        IReadOnlyList<(IDataset Set, int Index)> order = sets.Epoch(seed, epoch: 0);
        for (int i = 0; i < Columns; i++)
        {
            (IDataset set, int index) = order[i % order.Count];
            maker.Make(set, index, new Random(seed + i), frame, labels);
            using Mat image = Mat.FromPixelData(Height, Width, MatType.CV_8UC3, frame);
            using Mat classes = Mat.FromPixelData(Height, Width, MatType.CV_8UC1, labels);
            sheet.Add(image, classes, kind == AugmentationKind.None ? "plain" : kind.ToString().ToLowerInvariant());
        }
    }
}
