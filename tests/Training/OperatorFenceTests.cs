using System.Text.RegularExpressions;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>ONNX operators are named in training/Ops only: the other folders use its functions, which state shapes and gradients.</summary>
public sealed partial class OperatorFenceTests
{
    private static readonly string Training = Path.Combine(Repository.Root, "training");
    private static readonly string[] Allowed = ["Ops", "Graph"];

    [Fact]
    public void Nodes_are_added_by_operators_only()
    {
        string[] files = [.. Sources()];
        Assert.True(files.Length > 60, $"only {files.Length} files were read");
        Assert.Empty(files.SelectMany(file => RawOperators(File.ReadAllText(file)).Select(op => $"{Path.GetFileName(file)}: {op}")));
    }

    [Theory]
    [InlineData("""Value winner = g.Add("ArgMax", [logits], planes);""")]
    [InlineData("""=> b.Graph.Composite("Gelu", [x], () => [x]);""")]
    [InlineData("Value y = Graph.Add(\n    \"Erf\", [x], x.Shape);")]
    public void A_planted_raw_operator_is_found(string source) => Assert.NotEmpty(RawOperators(source));

    [Theory]
    [InlineData("""names.Add("Frame");""")]
    [InlineData("""Elementwise.Add(g, a, b);""")]
    public void Other_additions_are_none(string source) => Assert.Empty(RawOperators(source));

    [Fact]
    public void The_operators_of_Ops_itself_are_found()
    {
        IEnumerable<string> files = Directory.EnumerateFiles(Path.Combine(Training, "Ops"));
        Assert.Contains(files.SelectMany(f => RawOperators(File.ReadAllText(f))), op => op == "Conv");
    }

    private static IEnumerable<string> RawOperators(string source) => RawOperator().Matches(source).Select(m => m.Groups["op"].Value);

    private static IEnumerable<string> Sources() => Repository.Sources()
        .Where(f => f.StartsWith(Training + "/", StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal))
        .Where(f => !Allowed.Contains(Path.GetRelativePath(Training, f).Split('/')[0], StringComparer.Ordinal));

    /// <summary>A call of the builder's Add or Composite, which take the operator's name first.</summary>
    [GeneratedRegex("""\.(?:Add|Composite)\(\s*"(?<op>\w+)"\s*,""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RawOperator();
}
