using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Networks.Classifiers;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Export;

/// <summary>A classifier as graphs with a float input [1,3,H,W]: as others export it, and as the convolutions that it becomes.</summary>
public static class ClassifierGraph
{
    public const string Input = "picture", Output = "scores";

    /// <summary>The fully convolutional form, for images of any size: logits [1,K,H',W'], or a body's last features.</summary>
    /// <returns>The bytes of the .onnx file.</returns>
    public static byte[] Convolutional(Classifier classifier, IReadOnlyDictionary<string, float[]> weights)
    {
        GraphBuilder g = new();
        Value x = g.Input(Input, ElementType.Float, new Shape(1, 3, Shape.Dynamic, Shape.Dynamic));
        Value logits = Convolutionalized.Exactly(new InferenceLayers(g, weights), classifier, x);
        return OnnxWriter.Write(g, [g.Rename(logits, Output)]);
    }

    /// <summary>The body as an FCN has it, for images of any size that is a multiple of 32: its last features [1,C,H/s,W/s].</summary>
    /// <returns>The bytes of the .onnx file.</returns>
    /// <exception cref="UserError">It ends at a stride that no FCN can be built on.</exception>
    public static byte[] Body(Classifier classifier, IReadOnlyDictionary<string, float[]> weights)
    {
        GraphBuilder g = new();
        Value x = g.Input(Input, ElementType.Float, new Shape(1, 3, Shape.Dynamic, Shape.Dynamic));
        Features features = Convolutionalized.Aligned(new InferenceLayers(g, weights), classifier, x);
        return OnnxWriter.Write(g, [g.Rename(features.ByStride[features.Coarsest], Output)]);
    }

    /// <summary>The classifier itself, for its own size: the first dense layer flattens, all are matrix products. Logits [1,K].</summary>
    /// <returns>The bytes of the .onnx file.</returns>
    public static byte[] Dense(Classifier classifier, IReadOnlyDictionary<string, float[]> weights)
    {
        int first = classifier.Layers.TakeWhile(l => l is not DenseLayer).Count();
        Classifier body = classifier with { Layers = [.. classifier.Layers.Take(first)] };

        GraphBuilder g = new();
        Value x = g.Input(Input, ElementType.Float, OwnSize(classifier));
        Value y = Convolutionalized.Exactly(new InferenceLayers(g, weights), body, x); // [1,C,H,W]
        y = Layout.Reshape(g, y, new Shape(1, y.Shape.Count)); // [1,C·H·W]
        foreach (ClassifierLayer layer in classifier.Layers.Skip(first))
        {
            y = layer switch
            {
                DropoutLayer => y,
                DenseLayer d => Dense(g, d, y, weights),
                _ => Relu.Emit(g, y),
            };
        }

        return OnnxWriter.Write(g, [g.Rename(y, Output)]);
    }

    /// <summary>The parameters of the classifier, as its exact form declares them.</summary>
    public static IReadOnlyList<Parameter> Declared(Classifier classifier)
    {
        GraphBuilder g = new();
        TrainableLayers layers = new(g, batchStatistics: false);
        Convolutionalized.Exactly(layers, classifier, g.Input(Input, ElementType.Float, OwnSize(classifier)));
        return [.. layers.Parameters.Select(p => p.Parameter)];
    }

    private static Value Dense(GraphBuilder g, DenseLayer d, Value x, IReadOnlyDictionary<string, float[]> weights)
    {
        string weight = d.Name + ".weight", bias = d.Name + ".bias";
        Value w = g.Initializer(weight, weights[weight], new Shape(d.Outputs, x.Shape[1]));
        return MatrixProduct.Dense(g, x, w, g.Initializer(bias, weights[bias], new Shape(d.Outputs)));
    }

    private static Shape OwnSize(Classifier classifier) => new(1, 3, classifier.Side, classifier.Side);
}
