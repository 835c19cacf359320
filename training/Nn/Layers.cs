using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Nn;

/// <summary>
/// The vocabulary networks are written in. One forward definition serves all graphs; the subclass decides whether a parameter is an
/// input that training rewrites or a constant of the exported file, and what batch norm means.
/// </summary>
public abstract class Layers(GraphBuilder graph)
{
    public GraphBuilder Graph { get; } = graph;

    protected abstract Value Parameter(Parameter p);

    /// <summary>Convolution without bias, then batch norm: x [N,C,H,W] → [N,channels,H/stride,W/stride].</summary>
    public abstract Value ConvBn(string name, Value x, long channels, long kernel, long stride);

    public Value ConvBnRelu(string name, Value x, long channels, long kernel = 3, long stride = 1)
        => Relu.Emit(Graph, ConvBn(name, x, channels, kernel, stride));

    /// <summary>Convolution with bias: w [channels, C/group, kernel, kernel]. Padding as given; <paramref name="geo"/> is its own.</summary>
    public Value ConvBias(string name, Value x, long channels, long kernel, ConvGeometry geo, Initializer? weight = null, Initializer? bias = null)
    {
        using IDisposable scope = Graph.Scope(name);
        Value w = Parameter(new Parameter(name + ".weight", new Shape(channels, x.Shape[1] / geo.Group, kernel, kernel), ParameterKind.Weight, weight ?? Initializers.He));
        Value b = Parameter(new Parameter(name + ".bias", new Shape(channels), ParameterKind.Offset, bias ?? Initializers.Zeros));
        return Conv.Emit(Graph, x, w, b, geo);
    }

    /// <summary>A factor and an offset for each channel: what batch norm with fixed statistics is.</summary>
    public Value Affine(string name, Value x, Initializer scale, Initializer offset)
    {
        using IDisposable scope = Graph.Scope(name);
        long c = x.Shape[1];
        Value w = Parameter(new Parameter(name + ".scale", new Shape(c, 1, 1, 1), ParameterKind.Offset, scale));
        Value b = Parameter(new Parameter(name + ".offset", new Shape(c), ParameterKind.Offset, offset));
        return Conv.Emit(Graph, x, w, b, new ConvGeometry(Group: c));
    }

    /// <summary>Dropout with probability <paramref name="probability"/> in training; nothing otherwise.</summary>
    public virtual Value Dropout(string name, Value x, float probability) => x;

    /// <summary>Values back to where a max-pool took them from; <paramref name="like"/> is what was pooled.</summary>
    public virtual Value Unpool(Value x, Value switches, Value like, long size) => MaxUnpool.Emit(Graph, x, switches, size);

    /// <summary>A 1×1 convolution that gives each class a score: [N,C,H,W] → [N,classes,H,W].</summary>
    public Value Classify(string name, Value x, long classes, bool fromZero = false)
    {
        using IDisposable scope = Graph.Scope(name);
        long channels = x.Shape[1];
        Value w = Parameter(new Parameter(name + ".weight", new Shape(classes, channels, 1, 1), ParameterKind.Weight, fromZero ? Initializers.Zeros : Initializers.FanIn));
        Value b = Parameter(new Parameter(name + ".bias", new Shape(classes), ParameterKind.Offset, fromZero ? Initializers.Zeros : Initializers.BiasFor(channels)));
        return Conv.Emit(Graph, x, w, b, new ConvGeometry(Stride: 1));
    }

    /// <summary>Learnable 2× enlargement that starts as bilinear: [N,K,H,W] → [N,K,2H,2W].</summary>
    public Value LearnedUpsample(string name, Value x)
    {
        using IDisposable scope = Graph.Scope(name);
        Value w = Parameter(new Parameter(name + ".weight", new Shape(x.Shape[1], x.Shape[1], 4, 4), ParameterKind.Weight, Initializers.Bilinear));
        return ConvTranspose.Emit(Graph, x, w, new ConvGeometry(Stride: 2, Pad: 1));
    }

    protected static Parameter ConvWeight(string name, Value x, long channels, long kernel)
        => new(name + ".weight", new Shape(channels, x.Shape[1], kernel, kernel), ParameterKind.Weight, Initializers.FanIn);

    protected static Parameter[] BnParameters(string name, long channels) =>
    [
        new(name + ".gamma", new Shape(channels), ParameterKind.Offset, Initializers.Ones),
        new(name + ".beta", new Shape(channels), ParameterKind.Offset, Initializers.Zeros),
        new(name + ".mean", new Shape(channels), ParameterKind.Statistic, Initializers.Zeros),
        new(name + ".variance", new Shape(channels), ParameterKind.Statistic, Initializers.Ones),
    ];

    protected static ConvGeometry SamePadding(long kernel, long stride) => new(Stride: stride, Pad: kernel / 2);
}
