using System.CommandLine;
using System.Globalization;

namespace RealtimeSeg.Tests.Fuzz;

/// <summary><c>./run.sh test --fuzz N</c> and <c>--fuzz-again FOLDER</c>.</summary>
internal static class FuzzCommand
{
    public const string WorkerName = "fuzz-worker", TargetFile = "target", InputFile = "input";

    public static RootCommand Root() => new("Damaged inputs in great number.") { Fuzz(), Worker(), Again() };

    private static Command Fuzz()
    {
        Argument<long> count = new("count") { Description = "How many inputs" };
        Option<int> seed = new("--seed") { DefaultValueFactory = _ => 1, Description = "Chooses the inputs" };
        string kept = Path.Combine("out", "fuzz");
        Option<string> folder = new("--folder") { DefaultValueFactory = _ => kept, Description = "For failing inputs and its place" };
        Option<int> programs = new("--programs") { DefaultValueFactory = _ => 5, Description = "Percent that go through the programs" };
        Option<double> patience = new("--patience") { DefaultValueFactory = _ => 5, Description = "Seconds that an input may take" };
        Command command = new("fuzz", "Tries N inputs; goes on where the same seed in the same folder was interrupted.")
        {
            count, seed, folder, programs, patience,
        };
        command.SetAction(async (p, _) =>
        {
            string place = Path.GetFullPath(p.GetValue(folder)!);
            FuzzSettings settings = new(place, p.GetValue(seed), p.GetValue(programs), TimeSpan.FromSeconds(p.GetValue(patience)));
            return await new FuzzRun(settings).ToAsync(p.GetValue(count)) > 0 ? 1 : 0;
        });
        return command;
    }

    private static Command Worker()
    {
        Argument<string[]> words = new("words");
        Command command = new(WorkerName) { words };
        command.Hidden = true;
        command.SetAction(p =>
        {
            string[] w = p.GetValue(words)!;
            long[] n = [.. new[] { w[0], w[1], w[3], w[4] }.Select(s => long.Parse(s, CultureInfo.InvariantCulture))];
            new FuzzWorker(w[2], (int)n[2], (int)n[3]).Run(n[0], n[1]);
        });
        return command;
    }

    private static Command Again()
    {
        Argument<string> folder = new("folder");
        Command command = new("fuzz-again", "Tries an input again that was kept.") { folder };
        command.SetAction(p =>
        {
            string place = Path.GetFullPath(p.GetValue(folder)!);
            string name = File.ReadAllText(Path.Combine(place, TargetFile));
            FuzzTarget target = FuzzTargets.All.FirstOrDefault(t => t.Name == name) ?? throw new UserError($"no target '{name}' any more");
            using FuzzWorld world = new(Path.GetFullPath(Path.Combine(place, "..", "..", "seeds")));
            string outcome = FuzzWorker.Try(target, world, File.ReadAllBytes(Path.Combine(place, InputFile)));
            Console.WriteLine($"{name}: {outcome.Replace(" | ", "\n", StringComparison.Ordinal)}");
            return outcome.StartsWith(FuzzWorker.Failed, StringComparison.Ordinal) ? 1 : 0;
        });
        return command;
    }
}
