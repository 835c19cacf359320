using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks.Classifiers;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Export;

/// <summary>A classifier as graphs with a float input [1,3,H,W]: as others would export it, and as the convolutions that it becomes.</summary>
public static class ClassifierGraph
{
    public const string Input = "picture", Output = "scores";

    /// <summary>The fully convolutional form, for pictures of any size: scores [1,K,H',W'].</summary>
    public static byte[] Convolutional(Classifier classifier, IReadOnlyDictionary<string, float[]> weights)
    {
        GraphBuilder g = new();
        Value x = g.Input(Input, ElementType.Float, new Shape(1, 3, Shape.Dynamic, Shape.Dynamic));
        Value scores = Convolutionalized.Exactly(new InferenceLayers(g, weights), classifier, x);
        return OnnxWriter.Write(g, [g.Rename(scores, Output)]);
    }

    /// <summary>The classifier itself, for its own size: the first dense layer flattens, all are matrix products. Scores [1,K].</summary>
    public static byte[] Dense(Classifier classifier, IReadOnlyDictionary<string, float[]> weights)
    {
        GraphBuilder g = new();
        Value x = g.Input(Input, ElementType.Float, new Shape(1, 3, classifier.Side, classifier.Side));
        DenseLayer first = classifier.Layers.OfType<DenseLayer>().First();
        InferenceLayers layers = new(g, weights);
        int body = classifier.Layers.TakeWhile(l => l != first).Count();
        Value y = Convolutionalized.Exactly(layers, classifier with { Layers = [.. classifier.Layers.Take(body)] }, x);
        y = Layout.Reshape(g, y, new Shape(1, y.Shape.Count));
        foreach (ClassifierLayer layer in classifier.Layers.Skip(body))
        {
            if (layer is DropoutLayer) continue;
            if (layer is not DenseLayer d)
            {
                y = Relu.Emit(g, y);
                continue;
            }

            long inputs = y.Shape[1];
            Value w = g.Initializer(d.Name + ".weight", weights[d.Name + ".weight"], new Shape(d.Outputs, inputs)), b = g.Initializer(d.Name + ".bias", weights[d.Name + ".bias"], new Shape(d.Outputs));
            y = g.Add("Gemm", [y, w, b], new Shape(1, d.Outputs), attributes: [("transB", 1L)]);
        }

        return OnnxWriter.Write(g, [g.Rename(y, Output)]);
    }

    /// <summary>The parameters of the classifier, by their exact form at its own size.</summary>
    public static IReadOnlyList<Parameter> Declared(Classifier classifier)
    {
        GraphBuilder g = new();
        TrainableLayers layers = new(g, batchStatistics: false);
        Convolutionalized.Exactly(layers, classifier, g.Input(Input, ElementType.Float, new Shape(1, 3, classifier.Side, classifier.Side)));
        return [.. layers.Parameters.Select(p => p.Parameter)];
    }
}
