using System.Reflection;
using Mono.Cecil;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Step;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>
/// Nodes are added to graphs in training/graphs/Ops only (and by the builder itself): the other folders use its functions, which state
/// shapes and gradients. Read from the compiled calls, however the operator's name is written.
/// </summary>
public sealed class OperatorFenceTests
{
    private const string Root = "RealtimeSeg.Training.";
    private static readonly string[] Adders = [nameof(GraphBuilder.Add), nameof(GraphBuilder.Composite)];

    [Fact]
    public void Nodes_are_added_by_operators_only()
    {
        Assert.DoesNotContain(Adding(typeof(GraphBuilder).Assembly), t => !IsOperator(t));
        Assert.Empty(Adding(typeof(StepGraph).Assembly)); // the trainer itself
    }

    [Fact]
    public void The_operators_of_Ops_are_found() => Assert.Contains(Root + "Ops.Conv", Adding(typeof(GraphBuilder).Assembly));

    /// <summary>This class plants one, with a name that is no literal, inside a lambda.</summary>
    [Fact]
    public void A_planted_node_is_found()
    {
        string op = string.Concat("Ab", "s");
        Func<GraphBuilder, Value, Value> planted = (g, x) => g.Add(op, [x], x.Shape);
        Assert.NotNull(planted);
        Assert.Contains(typeof(OperatorFenceTests).FullName!, Adding(typeof(OperatorFenceTests).Assembly));
    }

    private static bool IsOperator(string type)
        => type.StartsWith(Root + "Ops.", StringComparison.Ordinal) || type.StartsWith(Root + "Graph.", StringComparison.Ordinal);

    /// <summary>The types, by their outermost one, whose code adds nodes.</summary>
    private static SortedSet<string> Adding(Assembly assembly)
    {
        using AssemblyDefinition read = AssemblyDefinition.ReadAssembly(assembly.Location);
        return [.. read.MainModule.GetTypes().Where(t => t.Methods.Any(AddsNodes)).Select(Outermost)];
    }

    private static bool AddsNodes(MethodDefinition method)
        => method.HasBody && method.Body.Instructions.Any(i => i.Operand is MethodReference called && IsAdder(called));

    private static bool IsAdder(MethodReference called)
        => called.DeclaringType.FullName == typeof(GraphBuilder).FullName && Adders.Contains(called.Name);

    private static string Outermost(TypeDefinition type) => type.DeclaringType is { } outer ? Outermost(outer) : type.FullName;
}
