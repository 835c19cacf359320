using System.CommandLine;
using System.Reflection;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;

namespace RealtimeSeg.Tests.Benchmarks;

/// <summary><c>./run.sh test --benchmarks</c>: BenchmarkDotNet in this process, whose native settings are those of the program.</summary>
internal static class BenchmarkCommand
{
    private static readonly Job Job = Job.ShortRun.WithToolchain(InProcessNoEmitToolchain.Instance);

    /// <summary>Every class with a benchmark in it.</summary>
    public static IReadOnlyList<Type> Types { get; } =
        [.. typeof(BenchmarkCommand).Assembly.GetTypes().Where(t => Methods(t).Any()).OrderBy(t => t.Name, StringComparer.Ordinal)];

    public static IEnumerable<MethodInfo> Methods(Type type)
        => type.GetMethods().Where(m => m.GetCustomAttribute<BenchmarkAttribute>() is not null);

    public static Command Create()
    {
        Option<string> only = new("--only") { DefaultValueFactory = _ => "", Description = "Part of a benchmark's name" };
        string place = Path.Combine("out", "benchmarks");
        Option<string> folder = new("--folder") { DefaultValueFactory = _ => place, Description = "For the tables" };
        Command command = new("benchmarks", "Times the parts of a frame's way, each by itself.") { only, folder };
        command.SetAction(p =>
        {
            string part = p.GetValue(only)!;
            bool Chosen(MethodInfo m) => $"{m.DeclaringType!.Name}.{m.Name}".Contains(part, StringComparison.OrdinalIgnoreCase);
            IConfig config = ManualConfig.CreateEmpty()
                .AddJob(Job)
                .AddLogger(ConsoleLogger.Default)
                .AddColumnProvider(DefaultColumnProviders.Instance)
                .AddExporter(BenchmarkDotNet.Exporters.MarkdownExporter.GitHub)
                .WithArtifactsPath(Path.GetFullPath(p.GetValue(folder)!))
                .WithOptions(ConfigOptions.JoinSummary | ConfigOptions.DisableOptimizationsValidator);
            BenchmarkRunInfo[] runs =
            [
                .. Types.Select(t => BenchmarkConverter.MethodsToBenchmarks(t, [.. Methods(t).Where(Chosen)], config)),
            ];
            runs = [.. runs.Where(r => r.BenchmarksCases.Length > 0)];
            if (runs.Length == 0)
            {
                string all = string.Join(", ", Types.SelectMany(Methods).Select(m => $"{m.DeclaringType!.Name}.{m.Name}"));
                Console.Error.WriteLine($"--only {part}: no benchmark has this in its name: there are {all}");
                return CommandRunner.UserErrorCode;
            }

            BenchmarkRunner.Run(runs);
            return 0;
        });
        return command;
    }
}
