using System.Globalization;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Networks;

namespace RealtimeSeg.Training.Runs;

/// <summary>The commands that would train a run's weights again, to go into the exported file.</summary>
public static class Recipe
{
    /// <summary>A line for the run and, before it, for each run that it started from, as far as they are still there.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="config">Its settings.</param>
    public static IReadOnlyList<string> Of(string folder, RunConfig config)
    {
        List<string> lines = [Train(folder, config)];
        HashSet<string> seen = [Path.GetFullPath(folder)];
        for (string? from = config.From; from is not null && seen.Add(Path.GetFullPath(from));)
        {
            string checkpoint = Path.Combine(from, Checkpoint.FileName);
            if (!File.Exists(checkpoint)) break;
            RunConfig earlier = Checkpoint.Load(checkpoint).Config;
            lines.Insert(0, Train(from, earlier));
            from = earlier.From;
        }

        return lines;
    }

    /// <summary>The line that writes the file.</summary>
    public static string Export(IReadOnlyList<string> folders, string? combine, ExportForm? form, bool best) => Line("export",
    [
        (folders.Count == 1 ? "" : "--ensemble", string.Join(',', folders.Select(Short))), ("--combine", combine),
        ("--scales", form?.Scales is null or [1f] ? null : string.Join(',', form.Scales.Select(s => s.ToString(CultureInfo.InvariantCulture)))),
        ("--unpool", form?.UnpoolByScatter == true ? "scatter" : null), (form?.Kernels switch { KernelStorage.Half => "--fp16", KernelStorage.Byte => "--int8", _ => "" }, ""), ("--best", best ? "" : null),
    ]);

    /// <summary>The line that turns it into integers.</summary>
    public static string Quantize(string data, string? map, int pictures) => Line("quantize",
        [("--data", string.Join(',', data.Split(',').Select(Short))), ("--map", map), ("--pictures", Number(pictures))]);

    private static string Train(string folder, RunConfig c) => Line("train",
    [
        ("--net", c.Net), ("--backbone", Short(c.Backbone)), ("--color", c.Input is null ? null : c.Input.Rgb ? "rgb" : "bgr"), ("--mean", Numbers(c.Input?.Mean)), ("--std", Numbers(c.Input?.Deviation)),
        ("--init", c.Init is null ? null : Short(c.Init)), ("--from", c.From is null ? null : Short(c.From)), ("--stage", c.ObjectCrops ? "1" : null), ("--upsample", c.Upsampling == Fcn.Learned ? null : c.Upsampling),
        ("--data", string.Join(',', c.Data.Split(',').Select(Short))), ("--map", c.Map), ("--leave-out", c.LeaveOut),
        ("--augment", c.Augment), ("--scale", c.Scale == ScaleRange.DefaultText ? null : c.Scale), ("--batch", Number(c.BatchSize)), ("--crop", $"{c.CropWidth}x{c.CropHeight}"),
        ("--optimizer", c.Optimizer), ("--lr", Number(c.LearningRate)), ("--schedule", c.Schedule), ("--warmup", Number(c.WarmUp)), ("--weight-decay", Number(c.WeightDecay)), ("--clip", Unless(0, c.ClipNorm)),
        ("--loss", c.Objective.Loss), ("--label-smoothing", Unless(0, c.Objective.LabelSmoothing)), ("--aux", Unless(0, c.Objective.Auxiliary)), ("--class-weights", c.Weighting),
        ("--average", Unless(0, c.AverageDecay)), ("--seed", Number(c.Seed)), ("--steps", Number(c.TotalSteps)), ("--out", Short(folder)),
    ]);

    private static string Line(string command, IEnumerable<(string Option, string? Value)> options)
        => string.Join(' ', options.Where(o => o.Value is not null).SelectMany(o => new[] { o.Option, o.Value! }).Where(t => t.Length > 0).Prepend(command));

    private static string Number(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static string? Numbers(float[]? values) => values is null ? null : string.Join(',', values.Select(v => Number(v)));

    private static string? Unless(double usual, IFormattable value) => Convert.ToDouble(value, CultureInfo.InvariantCulture) == usual ? null : Number(value);

    /// <summary>Without the folders of the machine that trained.</summary>
    private static string Short(string path)
        => Path.IsPathRooted(path) || path.StartsWith("..", StringComparison.Ordinal) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(path)) : path;
}
