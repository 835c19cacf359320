using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Products of matrices, or of batches of them.</summary>
public static class MatrixProduct
{
    /// <summary>a [M,L] × b [L,K], each with leading batch axes or without → [M,K].</summary>
    /// <param name="g">The graph.</param>
    /// <param name="a">Left factor.</param>
    /// <param name="b">Right factor.</param>
    /// <param name="shape">The product's shape, batch axes included.</param>
    public static Value Emit(GraphBuilder g, Value a, Value b, Shape shape) => g.Add("MatMul", [a, b], shape);

    /// <summary>a [.,M,L] × bᵀ, b [.,K,L] → [.,M,K]. For training only: ONNX has no such operator.</summary>
    public static Value EmitTransposed(GraphBuilder g, Value a, Value b)
    {
        Shape shape = a.Shape.With(a.Shape.Rank - 1, b.Shape[-2]);
        return g.Add("FusedMatMul", [a, b], shape, domain: GraphBuilder.MicrosoftDomain, attributes: [("transB", 1L)]);
    }

    /// <summary>A fully connected layer: x [N,C] × wᵀ, w [K,C], + bias [K] → [N,K].</summary>
    public static Value Dense(GraphBuilder g, Value x, Value w, Value bias)
        => g.Add("Gemm", [x, w, bias], new Shape(x.Shape[0], w.Shape[0]), attributes: [("transB", 1L)]);
}
