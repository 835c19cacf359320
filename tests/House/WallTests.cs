using RealtimeSeg.Core.Contract;
using RealtimeSeg.Engine;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Graph;
using Xunit;

namespace RealtimeSeg.Tests.House;

/// <summary>Who may use whom, by the compiled symbols and the tables of <c>docs/design.md</c>.</summary>
public sealed class WallTests
{
    private static readonly string[] Page = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "design.md"));
    private static readonly Walls App = Walls.Read(typeof(FrameEngine).Assembly, "RealtimeSeg", Page, "app folder");
    private static readonly Walls Trainer = Walls.Read(typeof(GraphBuilder).Assembly, "RealtimeSeg.Training", Page, "trainer folder");
    private static readonly Walls Core = Walls.Read(typeof(ModelManifest).Assembly, "RealtimeSeg.Core", Page, "core folder");

    [Fact]
    public void Folders_use_only_what_the_tables_of_the_design_allow()
    {
        Assert.All(new[] { App, Trainer, Core }, walls => Assert.True(walls.Listed.Count >= 5, $"only {walls.Listed.Count} rows were read"));
        Assert.Empty(App.Breaches());
        Assert.Empty(Trainer.Breaches());
        Assert.Empty(Core.Breaches());
    }

    [Fact]
    public void A_planted_violation_is_found()
    {
        Assert.Contains(App.With("Engine", "Frames", "Input", "Inference", "Graphics", "Sinks").Breaches(), b => b.StartsWith("Engine uses Sources: ", StringComparison.Ordinal));
        Assert.Contains(Trainer.With("Autodiff", "Graph").Breaches(), b => b.StartsWith("Autodiff uses Ops: ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_that_no_table_lists_is_found() => Assert.Contains(App.Without("Web").Breaches(), b => b == "folder Web is not listed");

    [Fact]
    public void App_and_trainer_do_not_refer_to_each_other()
    {
        Assert.DoesNotContain(typeof(FrameEngine).Assembly.GetReferencedAssemblies(), a => a.Name == typeof(GraphBuilder).Assembly.GetName().Name);
        Assert.DoesNotContain(typeof(GraphBuilder).Assembly.GetReferencedAssemblies(), a => a.Name == typeof(FrameEngine).Assembly.GetName().Name);
    }
}
