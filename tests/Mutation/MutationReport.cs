using System.Globalization;
using System.Text.Json;

namespace RealtimeSeg.Tests.Mutation;

/// <summary>What became of the planted faults.</summary>
/// <param name="Killed">Number that a test found.</param>
/// <param name="Alive">A line for each of the others: place, what stood there, what replaced it.</param>
internal sealed record MutationReport(int Killed, IReadOnlyList<string> Alive)
{
    /// <summary>Smallest <see cref="Score"/> that passes.</summary>
    public const double Bar = 0.8;

    private const int MostText = 90;

    /// <summary>Share of the faults that a test found; those that do not compile are none.</summary>
    public double Score => Killed / (double)Math.Max(1, Killed + Alive.Count);

    /// <summary>Reads Stryker's JSON report (schema 2 of mutation-testing-elements).</summary>
    /// <param name="path">The report.</param>
    /// <param name="root">Folder below which the files are named.</param>
    public static MutationReport Read(string path, string root)
    {
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(path));
        int killed = 0;
        List<string> alive = [];
        foreach (JsonProperty file in report.RootElement.GetProperty("files").EnumerateObject())
        {
            string[] source = file.Value.GetProperty("source").GetString()!.Split('\n');
            foreach (JsonElement mutant in file.Value.GetProperty("mutants").EnumerateArray())
            {
                string status = mutant.GetProperty("status").GetString()!;
                if (status is "Killed" or "Timeout") killed++;
                if (status is not ("Survived" or "NoCoverage")) continue;
                alive.Add($"{Path.GetRelativePath(root, file.Name)}{Change(mutant, source)}, {status}");
            }
        }

        return new MutationReport(killed, alive);
    }

    public void Print(TextWriter to)
    {
        foreach (string line in Alive) to.WriteLine(line);
        string share = Score.ToString("P1", CultureInfo.InvariantCulture);
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Killed} of {Killed + Alive.Count} faults found: {share}"));
    }

    private static string Change(JsonElement mutant, string[] source)
    {
        JsonElement location = mutant.GetProperty("location");
        (int line, int column) = At(location.GetProperty("start"));
        (int last, int end) = At(location.GetProperty("end"));
        string first = source[line - 1];
        string old = line == last ? first[(column - 1)..(end - 1)] : first[(column - 1)..].TrimEnd() + " …";
        return string.Create(CultureInfo.InvariantCulture, $":{line}: {old} -> {Short(mutant.GetProperty("replacement").GetString()!)}");
    }

    private static string Short(string text)
    {
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length > MostText ? line[..MostText] + " …" : line;
    }

    private static (int Line, int Column) At(JsonElement place)
        => (place.GetProperty("line").GetInt32(), place.GetProperty("column").GetInt32());
}
