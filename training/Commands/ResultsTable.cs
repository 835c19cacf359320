using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace RealtimeSeg.Training.Commands;

/// <summary>The .csv beside the page of <c>train reproduce</c>: all figures, a row for each network and seed.</summary>
internal static partial class ResultsTable
{
    private const string Head = "network,seed,miou,pixel_accuracy,boundary_f1,small,medium,large,parameters,minutes,ms,command";

    /// <summary>Where the figures go.</summary>
    public static string PathOf(ReproduceSettings settings) => Path.ChangeExtension(settings.Out, ".csv");

    /// <summary>Writes figures with two digits more than the page has, so that a page which is made of them has the same.</summary>
    /// <exception cref="UserError">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<Result> results)
    {
        StringBuilder csv = new(Head + "\n");
        foreach (Result r in results)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{Cell(r.Name)},{r.Seed},{r.MeanIu:F6},{r.PixelAccuracy:F6},{r.BoundaryF1:F6},");
            csv.Append(CultureInfo.InvariantCulture, $"{r.BySize.Small:F6},{r.BySize.Medium:F6},{r.BySize.Large:F6},");
            csv.Append(CultureInfo.InvariantCulture, $"{r.Parameters},{r.Minutes:F3},{r.Milliseconds:F3},{Cell(r.Command)}\n");
        }

        AtomicFile.Write(path, Encoding.UTF8.GetBytes(csv.ToString()));
    }

    /// <summary>What was written. Head lines may recur, as where tables of several machines were joined.</summary>
    /// <exception cref="UserError">There is no such file, or a row of it is none of such a table.</exception>
    public static IReadOnlyList<Result> Read(string path)
    {
        if (!File.Exists(path)) throw new UserError($"no results at {path}: train first, or name the page beside them with --out");
        List<Result> results = [];
        HashSet<(string, int)> seen = [];
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (line == Head) continue;
            Result result = Parsed(line) ?? throw new UserError($"{path}, line {number}: not a row of '{Head}'");
            if (!seen.Add((result.Name, result.Seed)))
                throw new UserError($"{path}, line {number}: {result.Name} with seed {result.Seed} again: leave one of them");
            results.Add(result);
        }

        return results.Count > 0 ? results : throw new UserError($"{path} has no results");
    }

    private static Result? Parsed(string line)
    {
        Match row = Row().Match(line);
        if (!row.Success) return null;
        double[] f = [.. row.Groups["figures"].Value.Split(',').Select(v => double.Parse(v, CultureInfo.InvariantCulture))];
        return new Result(Text(row.Groups["name"]), f[1], f[2], f[3], (f[4], f[5], f[6]))
        {
            Seed = (int)f[0],
            Parameters = (long)f[7],
            Minutes = f[8],
            Milliseconds = f[9],
            Command = Text(row.Groups["command"]),
        };
    }

    private static string Cell(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Text(Group cell) => cell.Value.Replace("\"\"", "\"", StringComparison.Ordinal);

    /// <summary>The network, ten numbers (NaN if there were no objects of a size), the command.</summary>
    [GeneratedRegex(
        @"^""(?<name>([^""]|"""")*)"",(?<figures>\d{1,9}(,(NaN|\d+(\.\d+)?)){9}),""(?<command>([^""]|"""")*)""$",
        RegexOptions.ExplicitCapture,
        RegexLimit.Milliseconds)]
    private static partial Regex Row();
}
