using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Networks;

/// <summary>
/// Several networks as one: the scores whose softmax is the mean of the members' probabilities, or their product made to sum to one
/// (DeconvNet paper, section 4.3, takes the mean of DeconvNet and FCN). Each member keeps its own parameters, under its own prefix.
/// </summary>
public static class Ensemble
{
    public const string Mean = "mean", Product = "product";

    /// <summary>One network with the mean of the members' weights (Wortsman et al. 2022, "Model soups"): no slower than one of them.</summary>
    public const string Weights = "weights";

    /// <summary>What goes before the names of member <paramref name="index"/>'s parameters.</summary>
    public static string Prefix(int index) => $"member{index}.";

    /// <param name="g">The graph.</param>
    /// <param name="logits">Of each member, all [N,K,H,W].</param>
    /// <param name="combine"><see cref="Mean"/> or <see cref="Product"/>.</param>
    /// <exception cref="UserError">No such combination.</exception>
    public static Value Combine(GraphBuilder g, IReadOnlyList<Value> logits, string combine)
    {
        using IDisposable scope = g.Scope("ensemble");
        IEnumerable<Value> parts = combine switch
        {
            Mean => logits.Select(l => g.Add("Softmax", [l], l.Shape, attributes: [("axis", 1L)])),
            Product => logits, // what their softmax would divide by is the same for all classes
            _ => throw new UserError($"--combine {combine}: choose {Mean}, {Product} or {Weights}"),
        };
        Value sum = parts.Aggregate((a, b) => Elementwise.Add(g, a, b));
        if (combine == Product) return sum;
        return Elementwise.Log(g, Elementwise.Max(g, Elementwise.Mul(g, sum, g.Constant(1f / logits.Count)), g.Constant(1e-12f)));
    }
}
