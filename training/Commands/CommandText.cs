using System.Globalization;
using RealtimeSeg.Training.Runs;

namespace RealtimeSeg.Training.Commands;

/// <summary>Commands as one would type them.</summary>
internal static class CommandText
{
    /// <summary>The <c>train</c> command that has these settings: the network, then the options that differ from their defaults.</summary>
    public static string Train(TrainSettings settings)
    {
        IEnumerable<string> options = RunOptionTable.All
            .Where(o => o.Row.Name == "--net" || o.DiffersFromDefault(settings.Run))
            .Where(o => o.Row.Name != RunOptionTable.EvaluateEvery) // changes no weight
            .SelectMany(o => new[] { o.Row.Name, o.Text(settings.Run)! })
            .Where(word => word.Length > 0); // a flag's value
        if (settings.Run.TotalSteps == 0) options = [.. options, "--epochs", settings.Epochs.ToString(CultureInfo.InvariantCulture)];
        return Line(["train", .. options]);
    }

    /// <summary>Words with spaces between them, quoted if they need it.</summary>
    public static string Line(params IEnumerable<string> words) => string.Join(' ', words.Select(ShellWord.Quoted));
}
