using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Metrics;

namespace RealtimeSeg.Training.Commands;

/// <summary><c>eval A.onnx B.onnx</c>: both on the same images, side by side, and where they differ.</summary>
internal static class EvalComparison
{
    /// <param name="models">Two files.</param>
    /// <param name="first">The first one, loaded.</param>
    /// <param name="sets">What they are evaluated on.</param>
    /// <param name="s">The command line.</param>
    /// <exception cref="UserError">The second cannot be loaded, or scores other classes.</exception>
    public static void Run(string[] models, Evaluator first, MixedDataset sets, EvalSettings s)
    {
        using Evaluator second = s.Load(models[1]);
        EvalCommand.PrintNotes(models[1], second, sets, s.Split);
        IReadOnlyList<string> classes = first.ClassesOn(sets.Parts[0]);
        if (classes.Count != second.ClassesOn(sets.Parts[0]).Count)
            throw new UserError($"{models[0]} and {models[1]} know different classes of {s.Data}: they cannot be compared");
        using ModelComparison pair = ModelComparison.Of(first, second, sets.Parts, s.Report is not null);
        Console.WriteLine($"A: {models[0]}, {first.Manifest.Network}");
        Console.WriteLine($"B: {models[1]}, {second.Manifest.Network}");
        ScorePrinter.Print(pair.First, pair.Second, pair.Agreement);
        AtomicFile.WriteJson(s.Json, new
        {
            a = ScoreFigures.Of(new Evaluated(models[0], s.Data, s.Split, s.Map), pair.First),
            b = ScoreFigures.Of(new Evaluated(models[1], s.Data, s.Split, s.Map), pair.Second),
            agreement = pair.Agreement,
        });
        if (s.Report is not { } folder) return;
        ComparisonPage.Write(folder, (models[0], models[1]), $"{s.Data}, {s.Split}", pair, ScorePrinter.Paired(pair.First, pair.Second));
        Console.WriteLine($"wrote {Path.Combine(folder, "index.html")}");
    }
}
