using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Commands;

/// <summary>Says so if a model was trained on the images that it is evaluated on, as far as its recipe tells.</summary>
internal static class SeenImages
{
    /// <param name="model">What to call it.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="sets">What it is evaluated on.</param>
    /// <param name="split">Which images of these, as on the command line.</param>
    public static IEnumerable<string> Notes(string model, ModelManifest manifest, MixedDataset sets, string split)
    {
        string[][] trainings = [.. manifest.Recipe.Select(line => line.Split(' ')).Where(words => words[0] == "train")];
        foreach (string name in sets.Parts.Select(p => p.Name))
        {
            string[][] on = [.. trainings.Where(words => DataSpec.Parse(Value(words, "--data") ?? "-").Any(d => NameOf(d.Place) == name))];
            if (on.Length == 0) continue;
            if (split is Split.Train or Split.TrainVal)
                yield return $"note: {model} was trained on these images of {name}: its score here tells how well it remembers them";
            else if (Array.Exists(on, words => Value(words, "--train-on") == Split.TrainVal))
                yield return $"note: {model} was trained on {name}'s validation split too (trainval): its score there proves nothing";
            else if (Array.Exists(on, words => SplitOf(words) != split))
                yield return $"note: {model} was trained with {Said(SplitOf(on[0]))}, so that images of {split} were among its own";
        }
    }

    /// <summary>What a run validated on, as <c>eval --split</c> says it.</summary>
    private static string SplitOf(string[] words)
        => Value(words, "--leave-out") is { } drive ? $"leave-out:{drive}" : Value(words, "--split") ?? "val";

    private static string Said(string split) => split == "val" ? "the set's own split" : $"the split {split}";

    private static string NameOf(string place) => Path.GetFileName(Path.TrimEndingDirectorySeparator(place));

    private static string? Value(string[] words, string option)
        => Array.IndexOf(words, option) is >= 0 and var i && i + 1 < words.Length ? words[i + 1] : null;
}
