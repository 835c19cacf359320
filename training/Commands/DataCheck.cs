using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Commands;

/// <summary><c>data check</c>: the data set doctor. Reads every file, says what is there, and names each mistake with its file.</summary>
internal static class DataCheck
{
    private const int Columns = 6, Shown = 24, MostProblems = 12, BarLength = 40;

    /// <returns>0 for a set that can be trained on; 1 where files are bad.</returns>
    public static int Run(string data, string? map, string target)
    {
        List<string> problems = [];
        foreach (bool training in (bool[])[true, false])
        {
            MixedDataset sets = MixedDataset.Parse(data, new Split(training), map);
            Console.WriteLine(training ? "to learn from" : "to be judged on");
            foreach (IDataset set in sets.Parts) Survey(set, problems);
            if (training) Draw(sets, target);
        }

        if (data != MixedDataset.Synth) problems.AddRange(data.Split(',').Select(d => d.Split(':')[0]).Where(Directory.Exists).SelectMany(DatasetLayout.Strays));
        foreach (string problem in problems.Take(MostProblems)) Console.WriteLine($"  fix   {problem}");
        if (problems.Count > MostProblems) Console.WriteLine($"  fix   … and {problems.Count - MostProblems} more");
        Console.WriteLine(problems.Count == 0 ? $"no mistakes found; {target} shows some pictures" : $"{problems.Count} mistakes; {target} shows some pictures");
        return problems.Count == 0 ? 0 : 1;
    }

    private static void Survey(IDataset set, List<string> problems)
    {
        double[] counts = new double[set.ClassNames.Count];
        int[] pictures = new int[counts.Length];
        Dictionary<string, int> sizes = new(StringComparer.Ordinal);
        double ignored = 0, all = 0;
        int readable = 0;
        for (int i = 0; i < set.Count; i++)
        {
            Sample sample;
            try
            {
                sample = set.Load(i);
            }
            catch (UserError e)
            {
                problems.Add(e.Message);
                continue;
            }

            readable++;
            string size = $"{sample.Image.Width}×{sample.Image.Height}";
            sizes[size] = sizes.GetValueOrDefault(size) + 1;
            double[] own = Histogram(sample.Labels);
            for (int c = 0; c < counts.Length; c++)
            {
                counts[c] += own[c];
                if (own[c] > 0) pictures[c]++;
            }

            ignored += own.Sum() - own.Take(counts.Length).Sum();
            all += own.Sum();
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {set.Name}: {set.Count} pairs, {readable} readable, {(all > 0 ? ignored / all : 0):P1} of the pixels ignored"));
        Console.WriteLine($"  sizes: {string.Join(", ", sizes.OrderByDescending(s => s.Value).Take(5).Select(s => $"{s.Key} ({s.Value})"))}{(sizes.Count > 5 ? $", … {sizes.Count} in all" : "")}");
        for (int c = 0; c < counts.Length; c++)
        {
            double share = counts[c] / Math.Max(1, all - ignored);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {set.ClassNames[c],-14} {share,7:P2} in {pictures[c],4} pictures  {new string('█', (int)Math.Round(share * BarLength))}"));
        }

        foreach (int c in Enumerable.Range(0, counts.Length).Where(c => pictures[c] == 0 && readable > 0)) Console.WriteLine($"  note  no picture shows '{set.ClassNames[c]}'");
    }

    private static double[] Histogram(Mat labels)
    {
        double[] counts = new double[256];
        foreach (byte v in labels.AsSpan<byte>()) counts[v]++;
        return counts;
    }

    private static void Draw(MixedDataset sets, string target)
    {
        using ContactSheet sheet = new(ContactSheet.PaletteOf(sets.ClassNames), Columns);
        foreach ((IDataset set, int index) in sets.Epoch(seed: 1, epoch: 0).Take(Shown))
        {
            try
            {
                Sample sample = set.Load(index);
                sheet.Add(sample.Image, sample.Labels, $"{set.Name} {index}");
            }
            catch (UserError)
            {
                // The survey names it.
            }
        }

        sheet.Save(target);
    }
}
