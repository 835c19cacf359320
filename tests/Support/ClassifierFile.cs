using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks.Classifiers;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Tests.Support;

/// <summary>What is on top of the last features of <see cref="ClassifierFile.WriteMobile"/>.</summary>
public enum MobileHead
{
    /// <summary>Their mean, a dense layer and a softmax.</summary>
    Dense,

    /// <summary>A map of scores and its mean, as SqueezeNet has it.</summary>
    ClassMap,

    /// <summary>DeepLab's: their mean, enlarged to their size by a computed shape, joins a convolution of them.</summary>
    ImagePooling,

    /// <summary>A map of scores.</summary>
    Map,
}

/// <summary>ONNX files of classifiers and other networks as others publish them, with random weights.</summary>
internal static class ClassifierFile
{
    /// <summary>The last feature map of <see cref="WriteMobile"/>, at stride 16.</summary>
    public const string LastFeatures = "last";

    public static void Write(Classifier classifier, string file)
    {
        IReadOnlyList<Parameter> declared = ClassifierGraph.Declared(classifier);
        Dictionary<string, float[]> weights = declared.ToDictionary(p => p.Name, First, StringComparer.Ordinal);
        File.WriteAllBytes(file, ClassifierGraph.Dense(classifier, weights));
    }

    /// <summary>Built-in classifiers begin with biases of zero, which nobody would miss; those of a published file are not.</summary>
    private static float[] First(Parameter p)
    {
        float[] values = p.Initial(3);
        return Array.TrueForAll(values, v => v == 0) ? [.. Ort.Spread(values.Length, 3).Select(v => 0.1f * v)] : values;
    }

    /// <summary>
    /// A small network with what mobile classifiers are made of, for 5 classes: padding on two sides as a node of its own, hard swish,
    /// ReLU6, depthwise, grouped and dilated convolutions, squeeze-and-excitation, residual sums, x·sigmoid(x), batch norm after and
    /// without a convolution.
    /// </summary>
    /// <param name="file">Where to.</param>
    /// <param name="head">What is on top.</param>
    /// <param name="side">Height and width of its images; null leaves them open.</param>
    public static void WriteMobile(string file, MobileHead head, long? side = null)
    {
        GraphBuilder g = new();
        long open = side ?? Shape.Dynamic;
        Value x = g.Input("data", ElementType.Float, new Shape(1, 3, open, open));
        x = HardSwish(g, Convolved(g, Layout.Pad(g, x, 0, 0, 1, 1), "stem", 8, 3, new ConvGeometry(Stride: 2)));
        x = Relu6(g, Convolved(g, x, "b1.depthwise", 8, 3, new ConvGeometry(Stride: 2, Pad: 1, Group: 8)));
        x = Convolved(g, x, "b1.project", 12, 1, new ConvGeometry(Stride: 1));
        x = Elementwise.Add(g, x, Excited(g, Relu6(g, Convolved(g, x, "b2.expand", 24, 1, new ConvGeometry(Stride: 1)))));
        x = HardSwish(g, Convolved(g, x, "b3.depthwise", 12, 3, new ConvGeometry(Stride: 2, Pad: 1, Group: 12)));
        x = Normalized(g, Convolved(g, x, "b3.project", 16, 1, new ConvGeometry(Stride: 1)), "b3.bn");
        x = Convolved(g, x, "b4", 24, 3, new ConvGeometry(Stride: 2, Pad: 1));
        x = Elementwise.Mul(g, x, Sigmoid.Emit(g, x)); // [1,24,H/16,W/16]
        Value dilated = Convolved(g, x, "b5", 24, 3, new ConvGeometry(Stride: 1, Pad: 2, Dilation: 2, Group: 24));
        x = g.Rename(Normalized(g, Elementwise.Add(g, x, dilated), "b5.bn"), LastFeatures);
        File.WriteAllBytes(file, OnnxWriter.Write(g, [g.Rename(Topped(g, x, head), "prob")]));
    }

    private static Value Topped(GraphBuilder g, Value x, MobileHead head)
    {
        switch (head)
        {
            case MobileHead.Dense:
                Value flat = g.Add("Flatten", [g.Add("GlobalAveragePool", [x], new Shape(1, 24, 1, 1))], new Shape(1, 24));
                return Softmax.Emit(g, MatrixProduct.Dense(g, flat, Weights(g, "classes.w", 5, 24), Weights(g, "classes.b", 5)));
            case MobileHead.ClassMap:
                Value map = Relu.Emit(g, Convolved(g, x, "classes", 5, 1, new ConvGeometry(Stride: 1)));
                return Softmax.Emit(g, g.Add("Flatten", [Reduce.Mean(g, map, [2, 3])], new Shape(1, 5)));
            case MobileHead.ImagePooling:
                Value pool = Convolved(g, Reduce.Mean(g, x, [2, 3]), "pooled", 6, 1, new ConvGeometry(Stride: 1));
                Value size = g.Add("Slice", [Layout.ShapeOf(g, x), g.Constant(2L), g.Constant(4L)], new Shape(2));
                Value to = Layout.Concat(g, [g.Constant(1L, 6), size], 0);
                Value spread = g.Add("Expand", [pool, to], new Shape(1, 6, Shape.Dynamic, Shape.Dynamic));
                Value own = Convolved(g, x, "own", 6, 1, new ConvGeometry(Stride: 1));
                return Convolved(g, Layout.Concat(g, [spread, own], 1), "classes", 5, 1, new ConvGeometry(Stride: 1));
            default:
                return Convolved(g, x, "classes", 5, 1, new ConvGeometry(Stride: 1));
        }
    }

    /// <summary>A grouped convolution, squeeze-and-excitation and a projection: x [1,24,H,W] → [1,12,H,W].</summary>
    private static Value Excited(GraphBuilder g, Value x)
    {
        x = Convolved(g, x, "b2.grouped", 24, 3, new ConvGeometry(Pad: 1, Group: 4));
        Value squeezed = Relu.Emit(g, Convolved(g, Reduce.Mean(g, x, [2, 3]), "b2.squeeze", 6, 1, new ConvGeometry(Stride: 1)));
        Value gates = HardSigmoid.Emit(g, Convolved(g, squeezed, "b2.excite", 24, 1, new ConvGeometry(Stride: 1)));
        return Convolved(g, Elementwise.Mul(g, x, gates), "b2.project", 12, 1, new ConvGeometry(Stride: 1));
    }

    private static Value Relu6(GraphBuilder g, Value x) => Clip.Emit(g, x, 0, 6);

    private static Value HardSwish(GraphBuilder g, Value x) => g.Add("HardSwish", [x], x.Shape);

    private static Value Normalized(GraphBuilder g, Value x, string name)
    {
        long c = x.Shape[1];
        Value variance = g.Initializer(name + ".v", [.. Enumerable.Repeat(0.7f, (int)c)], new Shape(c));
        Value gamma = g.Initializer(name + ".g", [.. Enumerable.Repeat(0.9f, (int)c)], new Shape(c));
        return BatchNorm.Apply(g, x, gamma, Weights(g, name + ".b", c), Weights(g, name + ".m", c), variance);
    }

    private static Value Convolved(GraphBuilder g, Value x, string name, long channels, long kernel, ConvGeometry geo)
    {
        Value w = Weights(g, name + ".w", channels, x.Shape[1] / geo.Group, kernel, kernel);
        return Conv.Emit(g, x, w, Weights(g, name + ".b", channels), geo);
    }

    /// <summary>Kernels by He's rule, so that values keep their size from layer to layer; small biases.</summary>
    private static Value Weights(GraphBuilder g, string name, params long[] dims)
    {
        Shape shape = new(dims);
        float size = dims.Length > 1 ? MathF.Sqrt(6f / dims.Skip(1).Aggregate(1L, (a, b) => a * b)) : 0.2f;
        int seed = name.Sum(letter => letter);
        return g.Initializer(name, [.. Ort.Spread(shape.Count, seed).Select(v => v * size)], shape);
    }
}
