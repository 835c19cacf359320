using System.Globalization;
using RealtimeSeg.Training.Export;

namespace RealtimeSeg.Training.Runs;

/// <summary>The commands that would train a run's weights again, for the manifest of the exported file.</summary>
public static class Recipe
{
    /// <summary>A line for the run and, before it, one for each run that it started from, as far as those still exist.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="config">Its settings.</param>
    public static IReadOnlyList<string> Of(string folder, RunConfig config)
        => [.. Lineage(folder, config).Select(run => Train(run.Folder, run.Config)).Reverse()];

    /// <summary>A run and those that its weights come from, the last one first, as far as they still exist.</summary>
    public static IReadOnlyList<(string Folder, RunConfig Config)> Lineage(string folder, RunConfig config)
    {
        List<(string, RunConfig)> runs = [(folder, config)];
        HashSet<string> seen = [Path.GetFullPath(folder)];
        for (string? from = config.From; from is not null && seen.Add(Path.GetFullPath(from)) && Checkpoint.Exists(from);)
        {
            RunConfig earlier = Checkpoint.Of(from).Config;
            runs.Add((from, earlier));
            from = earlier.From;
        }

        return runs;
    }

    /// <summary>The line that writes the exported file.</summary>
    public static string Export(IReadOnlyList<string> folders, string? combine, ExportForm? form, bool best) => Line("export",
    [
        (folders.Count == 1 ? "" : "--ensemble", string.Join(',', folders.Select(RunOptionTable.Short))),
        ("--combine", combine),
        ("--scales", form?.Scales is null or [1f] ? null : string.Join(',', form.Scales.Select(s => Number(s)))),
        ("--unpool", form?.UnpoolByScatter == true ? "scatter" : null),
        (form?.Kernels switch { KernelStorage.Half => "--fp16", KernelStorage.Byte => "--int8", _ => "" }, ""),
        ("--best", best ? "" : null),
    ]);

    /// <summary>The line that quantises it.</summary>
    public static string Quantize(string data, string? map, int images)
        => Line("quantize", [("--data", RunOptionTable.ShortList(data)), ("--map", map), ("--pictures", Number(images))]);

    private static string Train(string folder, RunConfig config)
        => Line("train", RunOptionTable.All.Select(o => (o.Row.Name, o.Recorded(config))).Append(("--out", RunOptionTable.Short(folder))));

    /// <summary>A command with its options: those without a value are left out, flags have an empty one.</summary>
    private static string Line(string command, IEnumerable<(string Option, string? Value)> options)
    {
        IEnumerable<string> words = options.Where(o => o.Value is not null).SelectMany(o => new[] { o.Option, o.Value! });
        return string.Join(' ', words.Where(w => w.Length > 0).Select(ShellWord.Quoted).Prepend(command));
    }

    private static string Number(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
