using System.Reflection;
using BenchmarkDotNet.Attributes;
using Xunit;

namespace RealtimeSeg.Tests.Benchmarks;

/// <summary>Benchmarks run: what they time is for <c>./run.sh test --benchmarks</c>.</summary>
public sealed class BenchmarkTests
{
    public static TheoryData<string> Names => [.. BenchmarkCommand.Types.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_runs_once(string name)
    {
        Type type = BenchmarkCommand.Types.Single(t => t.Name == name);
        object benchmark = Activator.CreateInstance(type)!;
        try
        {
            Call<GlobalSetupAttribute>(benchmark);
            foreach (MethodInfo method in BenchmarkCommand.Methods(type)) method.Invoke(benchmark, parameters: null);
        }
        finally
        {
            Call<GlobalCleanupAttribute>(benchmark);
        }
    }

    /// <summary>Each stage of a frame's way but the source's and the network's.</summary>
    [Fact]
    public void The_parts_of_a_frames_way_have_one()
    {
        string[] methods = [.. BenchmarkCommand.Types.SelectMany(BenchmarkCommand.Methods).Select(m => m.Name)];
        string[] parts = ["Fit", "OneThread", "Motion", "Votes", "Upload", "Composite"];
        Assert.Empty(parts.Except(methods, StringComparer.Ordinal));
    }

    private static void Call<T>(object benchmark)
        where T : Attribute
        => Array.Find(benchmark.GetType().GetMethods(), m => m.GetCustomAttribute<T>() is not null)?.Invoke(benchmark, parameters: null);
}
