using System.Reflection;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Engine;
using RealtimeSeg.Network.Graphs;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Graph;
using Xunit;

namespace RealtimeSeg.Tests.House;

/// <summary>What may use what, by the compiled symbols and the tables of <c>docs/design.md</c>.</summary>
public sealed class WallTests
{
    private static readonly string[] Page = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "design.md"));
    private static readonly Walls App = Walls.Read(typeof(FrameEngine).Assembly, "RealtimeSeg", Page, "app folder");
    private static readonly Walls Trainer = Walls.Read(typeof(GraphBuilder).Assembly, "RealtimeSeg.Training", Page, "trainer folder");
    private static readonly Walls Core = Walls.Read(typeof(ModelManifest).Assembly, "RealtimeSeg.Core", Page, "core folder");

    private static readonly Walls Network = Walls.Read(typeof(NetworkPlan).Assembly, "RealtimeSeg.Network", Page, "network folder");

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
    public void App_and_trainer_do_not_refer_to_each_other()
    {
        Assembly app = typeof(FrameEngine).Assembly, trainer = typeof(GraphBuilder).Assembly;
        Assert.DoesNotContain(app.GetReferencedAssemblies(), a => a.Name == trainer.GetName().Name);
        Assert.DoesNotContain(trainer.GetReferencedAssemblies(), a => a.Name == app.GetName().Name);
    }

    private static void Finds(string breach, Walls walls)
        => Assert.Contains(walls.Breaches(), b => b.StartsWith(breach, StringComparison.Ordinal));
}
