using System.Reflection;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Engine;
using RealtimeSeg.Inference;
using RealtimeSeg.Network.Graphs;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Step;
using Xunit;

namespace RealtimeSeg.Tests.House;

/// <summary>What may use what, by the compiled symbols and the tables of <c>docs/design.md</c>.</summary>
public sealed class WallTests
{
    private static readonly string[] Page = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "design.md"));
    private static readonly Assembly Program = typeof(FrameEngine).Assembly, TrainerProgram = typeof(TrainStep).Assembly;
    private static readonly Assembly Inference = typeof(Segmenter).Assembly, Graphs = typeof(GraphBuilder).Assembly;
    private static readonly Walls App = Walls.Read([Program, Inference], "RealtimeSeg", Page, "app folder");
    private static readonly Walls Trainer = Walls.Read([TrainerProgram, Graphs], "RealtimeSeg.Training", Page, "trainer folder");
    private static readonly Walls Core = Walls.Read([typeof(ModelManifest).Assembly], "RealtimeSeg.Core", Page, "core folder");
    private static readonly Walls Network = Walls.Read([typeof(NetworkPlan).Assembly], "RealtimeSeg.Network", Page, "network folder");

    [Trait("Set", "Slow")]
    [Fact]
    public void Folders_use_only_what_the_tables_of_the_design_allow()
    {
        Assert.All(new[] { App, Trainer, Core, Network }, walls => Assert.InRange(walls.Listed.Count, 3, int.MaxValue)); // tables were read
        Assert.Empty(App.Breaches());
        Assert.Empty(Trainer.Breaches());
        Assert.Empty(Core.Breaches());
        Assert.Empty(Network.Breaches());
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void A_planted_violation_is_found()
    {
        Finds("Engine uses Sources: ", App.With("Engine", "Frames", "Input", "Inference", "Graphics", "Sinks"));
        Finds("Autodiff uses Ops: ", Trainer.With("Autodiff", "Graph"));
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void A_folder_that_no_table_lists_is_found() => Finds("folder Web is not listed", App.Without("Web"));

    [Fact]
    public void Folders_that_need_each_other_are_found_over_any_number_of_steps()
    {
        Dictionary<string, string[]> uses = new(StringComparer.Ordinal) { ["A"] = ["B"], ["B"] = ["C"], ["C"] = ["A"], ["D"] = ["A"] };
        Assert.Equal("ABC", string.Concat(Walls.Cycles(uses).Select(c => c[0])));
    }

    [Fact]
    public void Walls_hold_across_assemblies()
    {
        Finds("Inference uses Frames: ", App.With("Inference")); // both in the library
        Finds("Engine uses Inference: ", App.With("Engine", "Frames", "Input", "Sources", "Graphics", "Sinks")); // program and library
        Finds("Autodiff uses Graph: ", Trainer.With("Autodiff", "Ops"));
        Finds("Step uses Autodiff: ", Trainer.With("Step", "Graph", "Ops", "Nn", "Networks", "Optim", "Quantization"));
    }

    [Fact]
    public void App_and_trainer_do_not_refer_to_each_other()
    {
        Assert.DoesNotContain(Names(Program), n => n == TrainerProgram.GetName().Name || n == Graphs.GetName().Name);
        Assert.DoesNotContain(Names(TrainerProgram), n => n == Program.GetName().Name || n == Inference.GetName().Name);
    }

    /// <summary>
    /// What a library refers to goes along into other people's programs. Silk.NET.OpenGL is the names of OpenGL's calls and no more:
    /// compute shaders, if they are asked for, find the driver's library by themselves.
    /// </summary>
    [Fact]
    public void Libraries_need_no_program_no_window_and_no_drawing()
    {
        string[] graphs = ["Google.Protobuf", "RealtimeSeg.Core"];
        string[] inference = [.. graphs, "Microsoft.ML.OnnxRuntime", "OpenCvSharp", "RealtimeSeg.Network", "Silk.NET.OpenGL"];
        Assert.Empty(Foreign(Graphs).Except(graphs, StringComparer.Ordinal));
        Assert.Empty(Foreign(Inference).Except(inference, StringComparer.Ordinal));
        Assert.Contains(Foreign(Inference), n => n == "OpenCvSharp"); // names are found
    }

    private static IEnumerable<string> Foreign(Assembly assembly)
        => Names(assembly).Where(n => !n.StartsWith("System.", StringComparison.Ordinal));

    private static IEnumerable<string> Names(Assembly assembly) => assembly.GetReferencedAssemblies().Select(a => a.Name!);

    private static void Finds(string breach, Walls walls)
        => Assert.Contains(walls.Breaches(), b => b.StartsWith(breach, StringComparison.Ordinal));
}
