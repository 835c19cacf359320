using System.CommandLine;
using System.Globalization;
using RealtimeSeg.Core.Street;
using RealtimeSeg.Training.Data;
using Row = RealtimeSeg.Core.Shell.OptionRows<RealtimeSeg.Training.Commands.CheckSettings>;

namespace RealtimeSeg.Training.Commands;

/// <summary>The command line of <c>data check</c>.</summary>
internal sealed record CheckSettings
{
    public string? Map { get; init; }

    /// <summary>Class file of the data, or null.</summary>
    public string? ClassFile { get; init; }

    /// <summary>Share of the images to validate on; null for the data's own split.</summary>
    public double? Share { get; init; }

    /// <summary>The contact sheet; null for a free name in out/.</summary>
    public string? Out { get; init; }

    public bool Overwrite { get; init; }
}

/// <summary><c>data check</c>: reads every file of a data set, prints what it contains, and names each mistake with its file.</summary>
internal static class DataCheck
{
    private const int Columns = 6, ShownImages = 24, ShownProblems = 12, ShownSizes = 5;

    internal static IReadOnlyList<OptionRow<CheckSettings>> Rows { get; } =
    [
        Row.Value("--map", ClassMap.Help, s => s.Map, (s, v) => s with { Map = v }),
        Row.Value("--colors", ClassFile.Help, s => s.ClassFile, (s, v) => s with { ClassFile = v }),
        Row.Value("--split", "Share of the images to validate on, as for training", s => s.Share, (s, v) => s with { Share = v },
            Split.ShareLimit),
        Row.Value("--out", "The contact sheet; out/check.png or its next free name", s => s.Out, (s, v) => s with { Out = v }),
        Overwriting.Row<CheckSettings>(s => s with { Overwrite = true }),
    ];

    public static Command Create()
    {
        Argument<string> data = DataCommand.Place();
        OptionTable<CheckSettings> options = new(new CheckSettings(), Rows);
        Command c = new("check", "Check a data set: counts, sizes, classes, labels out of range, files without a partner.") { data };
        options.AddTo(c);
        c.SetAction(p => Run(p.GetValue(data)!, options.Read(p)));
        return c;
    }

    /// <returns>0 for a set that can be trained on; 1 if it has bad files.</returns>
    private static int Run(string data, CheckSettings s)
    {
        data = WithoutClip(data);
        string sheet = Overwriting.Target(s.Out, s.Overwrite, "out/check.png");
        List<string> problems = [];
        problems.AddRange(DataSpec.Parse(data).Select(d => d.Place).Where(Directory.Exists).SelectMany(DatasetLayout.Unlabelled));
        bool drawn = false;
        UserError? absent = null;
        foreach (bool training in (bool[])[true, false])
        {
            if (problems.Count > 0) break; // a set cannot be opened without its labels
            try
            {
                MixedDataset sets = MixedDataset.Parse(data, new Split(training, Share: s.Share), s.Map, s.ClassFile);
                Console.WriteLine(training ? "to train on" : "to validate on");
                problems.AddRange(sets.Parts.SelectMany(Survey));
                if (!drawn) Draw(sets, sheet);
                drawn = true;
            }
            catch (UserError e) when (absent is null)
            {
                absent = e; // what a model labelled has nothing to validate on, what a scene drew nothing to train on
            }
        }

        if (absent is not null && !drawn) throw absent;
        if (absent is not null) Console.WriteLine($"  note  {absent.Message}");
        problems.AddRange(DataSpec.Parse(data).Select(d => d.Place).Where(Directory.Exists).SelectMany(DatasetLayout.Strays));
        foreach (string problem in problems.Take(ShownProblems)) Console.WriteLine($"  fix   {problem}");
        if (problems.Count > ShownProblems) Console.WriteLine($"  fix   … and {problems.Count - ShownProblems} more");
        string found = problems.Count switch { 0 => "no mistakes found", 1 => "1 mistake", _ => $"{problems.Count} mistakes" };
        Console.WriteLine(drawn ? $"{found}; {sheet} shows some images" : found);
        return problems.Count == 0 ? 0 : 1;
    }

    /// <summary>A clip of <c>data sample</c> stands for the folder that has its labels, too.</summary>
    private static string WithoutClip(string data)
    {
        string folder = Path.GetDirectoryName(data) ?? "";
        bool isClip = File.Exists(data) && Path.GetExtension(data) != ".json" && DatasetLayout.IsLabelled(folder);
        if (isClip) Console.WriteLine($"{data} has no labels in itself: they are in {folder}, which is checked");
        return isClip ? folder : data;
    }

    /// <summary>Prints what a set contains; returns its mistakes.</summary>
    private static IReadOnlyList<string> Survey(IDataset set)
    {
        DatasetSurvey survey = DatasetSurvey.Of(set);
        Print(survey);
        return survey.Problems;
    }

    private static void Print(DatasetSurvey s)
    {
        static string Percent(double share) => share.ToString("P2", CultureInfo.InvariantCulture).PadLeft(8);
        static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
        Line($"  {s.Set.Name}: {s.Set.Count} pairs, {s.Readable} readable, {s.IgnoredShare:P1} of the pixels ignored");
        string sizes = string.Join(", ", s.Sizes.OrderByDescending(n => n.Value).Take(ShownSizes).Select(n => $"{n.Key} ({n.Value})"));
        Line($"  sizes: {sizes}{(s.Sizes.Count > ShownSizes ? $", … {s.Sizes.Count} in all" : "")}");
        NameColumn names = new(s.Set.ClassNames, 14);
        for (int c = 0; c < s.Set.ClassNames.Count; c++)
        {
            string figures = $"    {names.Of(s.Set.ClassNames[c])} {Percent(s.ShareOf(c))} in {s.Images[c],4} images  ";
            Line($"{figures}{new string('█', (int)Math.Round(s.ShareOf(c) * (NameColumn.Terminal - figures.Length)))}");
        }

        foreach (string name in s.Absent) Line($"  note  no image contains '{name}'");
    }

    private static void Draw(MixedDataset sets, string target)
    {
        using ContactSheet sheet = new(StreetClasses.PaletteFor(sets.ClassNames), Columns, sets.ClassNames);
        foreach ((IDataset set, int index) in sets.Epoch(seed: 1, epoch: 0).Take(ShownImages))
        {
            try
            {
                Sample sample = set.Load(index);
                sheet.Add(sample.Image, sample.Labels, sample.Name);
            }
            catch (UserError)
            {
                // The survey has reported it.
            }
        }

        sheet.Save(target);
    }
}
