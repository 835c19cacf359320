using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Networks;

/// <summary>
/// Several networks as one: logits whose softmax is the mean of the members' probabilities, or their normalised product (DeconvNet
/// paper, section 4.3, takes the mean of DeconvNet and FCN). Each member keeps its own parameters, under its own prefix.
/// </summary>
public static class Ensemble
{
    public const string Mean = "mean", Product = "product";

    /// <summary>One network with the mean of the members' weights (Wortsman et al. 2022, "Model soups"): as fast as one of them.</summary>
    public const string Weights = "weights";

    /// <summary>Keeps the logarithm of a mean probability finite.</summary>
    private const float Least = 1e-12f;

    /// <summary>Prefix of the parameters of member <paramref name="index"/>.</summary>
    public static string Prefix(int index) => $"member{index}.";

    /// <param name="g">The graph.</param>
    /// <param name="logits">Of each member, all [N,K,H,W].</param>
    /// <param name="combine"><see cref="Mean"/> or <see cref="Product"/>.</param>
    /// <returns>Logits [N,K,H,W].</returns>
    /// <exception cref="UserError">No such combination.</exception>
    public static Value Combine(GraphBuilder g, IReadOnlyList<Value> logits, string combine)
    {
        using IDisposable scope = g.Scope("ensemble");
        return combine switch
        {
            Mean => MeanOf(g, logits),
            Product => Sum(g, logits), // the divisor of each member's softmax is the same for all classes
            _ => throw new UserError($"--combine {combine}: choose {Mean}, {Product} or {Weights}"),
        };
    }

    private static Value MeanOf(GraphBuilder g, IReadOnlyList<Value> logits)
    {
        Value sum = Sum(g, logits.Select(l => Softmax.Emit(g, l)));
        return Elementwise.Log(g, Elementwise.Max(g, Elementwise.Mul(g, sum, g.Constant(1f / logits.Count)), g.Constant(Least)));
    }

    private static Value Sum(GraphBuilder g, IEnumerable<Value> parts) => parts.Aggregate((a, b) => Elementwise.Add(g, a, b));
}
