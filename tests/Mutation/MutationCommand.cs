using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace RealtimeSeg.Tests.Mutation;

/// <summary><c>./run.sh test --mutate</c>.</summary>
internal static class MutationCommand
{
    public static Command Create()
    {
        Option<int?> seed = new("--seed") { Description = "drawn by the clock if not given" };
        Option<double> share = new("--share") { DefaultValueFactory = _ => 10, Description = "percent of the lines" };
        string place = Path.Combine("out", "mutate");
        Option<string> folder = new("--folder") { DefaultValueFactory = _ => place, Description = "For the copy and the report" };
        Command command = new("mutate", "Plants faults by dotnet-stryker in lines that a seed draws, and counts those that tests find.")
        {
            seed, share, folder,
        };
        command.SetAction(p =>
        {
            int drawn = p.GetValue(seed) ?? (int)(Stopwatch.GetTimestamp() % 100_000);
            MutationRun run = new(Path.GetFullPath(p.GetValue(folder)!));
            IReadOnlyList<LineWindow> sample = LineWindow.Sample(drawn, p.GetValue(share) / 100);
            string faults = $"{sample.Count} windows of {LineWindow.Lines} lines";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {drawn}: {faults}"));
            MutationReport report = run.Of(sample);
            report.Print(Console.Out);
            return report.Score >= MutationReport.Bar ? 0 : 1;
        });
        return command;
    }
}
