using System.Globalization;
using RealtimeSeg.Engine;
using RealtimeSeg.Inference;

namespace RealtimeSeg.Commands;

/// <summary>Configurations of a bench side by side: every combination of the values on a few axes.</summary>
internal static class Sweep
{
    /// <summary>An axis, a row each. A new one is one row.</summary>
    private static readonly Axis[] Axes =
    [
        new("model", "A.onnx,B.onnx",
            (s, v) => s with { Model = Bundled.ModelOf(v), Precision = Precision.AsNamed }, v => Path.GetFileNameWithoutExtension(v) ?? v),
        new("size", "480x360,320x240",
            (s, v) => s with { Segmenter = s.Segmenter with { Size = Parse.Size("--sweep size", v) } }, v => $"size {v}"),
        new("threads", "1,2", (s, v) => s with { Segmenter = s.Segmenter with { Threads = Threads(v) } }, v => $"threads {v}"),
        new("precision", "float,int8", (s, v) => s with { Precision = Parse.Name<Precision>("--sweep precision", v) }, v => v),
        new("schedule", "inline,pipelined",
            (s, v) => s with { Schedule = Parse.Name<Schedule>("--sweep schedule", v) }, v => $"schedule {v}"),
        new("provider", "gl,cpu", (s, v) => s with { Segmenter = s.Segmenter with { Provider = v } }, v => $"provider {v}"),
    ];

    /// <summary>The axes with examples, for <c>--help</c> and messages.</summary>
    public static string Help { get; } = string.Join(", ", Axes.Select(a => $"{a.Name}={a.Example}"));

    /// <summary>Every combination of the axes' values; the plain settings if there are none.</summary>
    /// <param name="plain">The settings that the axes change.</param>
    /// <param name="axes">Such as size=480x360,320x240.</param>
    /// <exception cref="UserError">An unknown axis, one that is given twice, or a value that it does not take.</exception>
    public static IReadOnlyList<(string Name, PipelineSettings Settings)> Product(PipelineSettings plain, IReadOnlyList<string> axes)
    {
        List<(string Name, PipelineSettings Settings)> all = [("", plain)];
        HashSet<Axis> seen = [];
        foreach (string text in axes)
        {
            (Axis axis, string[] values) = Read(text);
            if (!seen.Add(axis)) throw new UserError($"--sweep {text}: {axis.Name} has its values already: give all in one --sweep");
            all = [.. all.SelectMany(one => values.Select(v => ($"{one.Name} {axis.Label(v)}".Trim(), axis.Put(one.Settings, v))))];
        }

        return all;
    }

    private static (Axis Axis, string[] Values) Read(string text)
    {
        string[] sides = text.Split('=', 2);
        Axis? axis = Array.Find(Axes, a => a.Name == sides[0]);
        string[] values = sides.Length == 2 ? [.. Parse.List(sides[1]).Distinct(StringComparer.Ordinal)] : [];
        return axis is not null && values.Length > 0
            ? (axis, values)
            : throw new UserError($"--sweep {text}: give one of {Help}");
    }

    private static int Threads(string text)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int threads))
            throw new UserError($"--sweep threads {text}: give whole numbers, 0 for one thread per core");
        return Limits.Threads.Allows(threads) ? threads : throw new UserError($"--sweep threads {text}: {Limits.Threads.Text}");
    }

    /// <param name="Name">Before the equals sign.</param>
    /// <param name="Example">Values with commas.</param>
    /// <param name="Put">Changes the settings by a value.</param>
    /// <param name="Label">Names a value in the table.</param>
    private sealed record Axis(
        string Name, string Example, Func<PipelineSettings, string, PipelineSettings> Put, Func<string, string> Label);
}
