using System.Text.Json;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Optim;
using RealtimeSeg.Training.Step;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Three whole steps against PyTorch in double precision, by the values that <c>tests/golden/step.py</c> writes.</summary>
public sealed class GoldenStepTests
{
    private const double Tolerance = 2e-4;
    private static readonly float[] ClassWeights = [1, 0.5f, 2, 3, 1.5f];

    private static readonly Dictionary<string, Golden> Cases = JsonSerializer.Deserialize<Dictionary<string, Golden>>(
        File.ReadAllText(Path.Combine(Repository.Root, "tests", "golden", "step.json")), JsonSerializerOptions.Web)!;

    public static TheoryData<string> Names { get; } = [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Losses_weights_statistics_and_averages_equal_PyTorchs(string name)
    {
        Golden golden = Cases[name];
        Objective objective = new() { Loss = golden.Loss, LabelSmoothing = golden.Smoothing, Auxiliary = golden.Aux };
        BatchShape batch = new(GoldenNetwork.Images, GoldenNetwork.Side, GoldenNetwork.Side);
        Optimizer optimizer = Optimizer.Parse(golden.Optimizer, golden.Decay);
        StepGraph graph = StepGraph.Build(new GoldenNetwork(), batch, objective, ClassWeights, optimizer, average: true);
        using TrainStep step = new(graph, seed: 0);
        Parameter[] parameters = [.. InferenceGraph.Declared(new GoldenNetwork())];
        Assert.Equal(parameters.Length, step.Adopt(First(parameters)) / 2); // each and its average
        for (int t = 0; t < golden.Losses.Length; t++)
        {
            GoldenNetwork.Fill(t, step.Frame, step.Labels);
            float loss = step.Run(StepNumbers.At(golden.Rate, t, averageDecay: 0.9));
            Assert.True(Close(golden.Losses[t], loss), $"loss of step {t}: PyTorch {golden.Losses[t]}, here {loss}");
        }

        IReadOnlyDictionary<string, float[]> state = step.Export();
        foreach ((string tensor, double[] expected) in golden.State)
        {
            double[] actual = Summary(state[tensor]);
            string both = $"{tensor}: PyTorch {string.Join(" ", expected)}, here {string.Join(" ", actual)}";
            Assert.True(expected.Zip(actual).All(p => Close(p.First, p.Second)), both);
        }
    }

    private static bool Close(double expected, double actual)
        => Math.Abs(expected - actual) <= Tolerance * Math.Max(0.1, Math.Abs(expected));

    private static Dictionary<string, float[]> First(Parameter[] parameters)
        => parameters.Select((p, i) => (p.Name, GoldenNetwork.First(i, p))).ToDictionary(StringComparer.Ordinal);

    /// <summary>Mean, mean magnitude, a mean with changing weights, and the last element, as the script takes them.</summary>
    private static double[] Summary(float[] v)
    {
        double[] ramp = [.. v.Select((value, i) => value * (i + 1.0) / v.Length)];
        return [v.Average(x => (double)x), v.Average(x => (double)Math.Abs(x)), ramp.Average(), v[^1]];
    }

    private sealed record Golden
    {
        public required string Optimizer { get; init; }
        public required double Rate { get; init; }
        public required float Decay { get; init; }
        public required string Loss { get; init; }
        public required float Smoothing { get; init; }
        public required float Aux { get; init; }
        public required double[] Losses { get; init; }
        public required Dictionary<string, double[]> State { get; init; }
    }
}
