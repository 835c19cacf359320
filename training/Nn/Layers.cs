using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Nn;

/// <summary>
/// The layers that networks are written in. One forward definition serves all graphs; the subclass decides whether a parameter is an
/// input that training rewrites or a constant of the exported file, and what batch norm means.
/// </summary>
public abstract class Layers(GraphBuilder graph)
{
    /// <summary>How the names of layers that give the logits of classes begin.</summary>
    public const string Score = "score";

    public GraphBuilder Graph { get; } = graph;

    /// <summary>Whether the parameters that are declared now are the body's.</summary>
    protected bool InBody { get; private set; }

    /// <summary>Emits layers whose parameters are the body's, see <see cref="Nn.Parameter.InBody"/>.</summary>
    public T AsBody<T>(Func<T> emit)
    {
        InBody = true;
        try
        {
            return emit();
        }
        finally
        {
            InBody = false;
        }
    }

    /// <summary>Convolution without bias, then batch norm: x [N,C,H,W] → [N,channels,H/stride,W/stride].</summary>
    public Value ConvBn(string name, Value x, long channels, long kernel, long stride)
        => ConvBn(name, x, channels, kernel, new ConvGeometry(stride, Pad: kernel / 2)); // keeps the size of an odd kernel at stride 1

    /// <summary>The same with any stride, padding, dilation and groups: x [N,C,H,W] → [N,channels,H',W'].</summary>
    public abstract Value ConvBn(string name, Value x, long channels, long kernel, ConvGeometry geo);

    /// <summary>The same, then ReLU.</summary>
    public Value ConvBnRelu(string name, Value x, long channels, long kernel = 3, long stride = 1)
        => Relu.Emit(Graph, ConvBn(name, x, channels, kernel, stride));

    /// <summary>Convolution with bias: x [N,C,H,W], weights [channels,C/group,kernel,kernel] → [N,channels,H',W'].</summary>
    /// <param name="name">Of the layer; its parameters are NAME.weight and NAME.bias.</param>
    /// <param name="x">[N,C,H,W].</param>
    /// <param name="channels">Of the result.</param>
    /// <param name="kernel">Side, in pixels.</param>
    /// <param name="geo">Stride, padding, dilation, groups.</param>
    /// <param name="weight">First weights; null for He's rule.</param>
    /// <param name="bias">First biases; null for zeros.</param>
    public Value ConvBias(
        string name,
        Value x,
        long channels,
        long kernel,
        ConvGeometry geo,
        Initializer? weight = null,
        Initializer? bias = null)
    {
        using IDisposable scope = Graph.Scope(name);
        Value w = Weight(name, new Shape(channels, x.Shape[1] / geo.Group, kernel, kernel), weight ?? Initializers.He);
        Value b = Offset(name + ".bias", channels, bias ?? Initializers.Zeros);
        return Conv.Emit(Graph, x, w, b, geo);
    }

    /// <summary>A factor and an offset per channel: batch norm with fixed statistics. x [N,C,H,W] → the same shape.</summary>
    public Value Affine(string name, Value x, Initializer scale, Initializer offset)
    {
        using IDisposable scope = Graph.Scope(name);
        long c = x.Shape[1];
        Value w = Parameter(new Parameter(name + ".scale", new Shape(c, 1, 1, 1), ParameterKind.Offset, scale));
        Value b = Offset(name + ".offset", c, offset);
        return Conv.Emit(Graph, x, w, b, new ConvGeometry(Group: c));
    }

    /// <summary>Dropout with probability <paramref name="probability"/> in training; nothing otherwise.</summary>
    public virtual Value Dropout(string name, Value x, float probability) => x;

    /// <summary>Values put back to the places of a max-pool's maxima; <paramref name="like"/> is the tensor that was pooled.</summary>
    public virtual Value Unpool(Value x, Value switches, Value like, long size) => MaxUnpool.Emit(Graph, x, switches, size);

    /// <summary>A 1×1 convolution to the logits of each class: [N,C,H,W] → [N,classes,H,W].</summary>
    public Value Classify(string name, Value x, long classes, bool fromZero = false)
    {
        using IDisposable scope = Graph.Scope(name);
        long channels = x.Shape[1];
        Value w = Weight(name, new Shape(classes, channels, 1, 1), fromZero ? Initializers.Zeros : Initializers.FanIn);
        Value b = Offset(name + ".bias", classes, fromZero ? Initializers.Zeros : Initializers.BiasFor(channels));
        return Conv.Emit(Graph, x, w, b, new ConvGeometry(Stride: 1));
    }

    /// <summary>Learnable 2× enlargement that starts as bilinear: [N,K,H,W] → [N,K,2H,2W].</summary>
    public Value LearnedUpsample(string name, Value x)
    {
        using IDisposable scope = Graph.Scope(name);
        Value w = Weight(name, new Shape(x.Shape[1], x.Shape[1], 4, 4), Initializers.Bilinear);
        return ConvTranspose.Emit(Graph, x, w, new ConvGeometry(Stride: 2, Pad: 1));
    }

    /// <summary>The value of a parameter in this graph.</summary>
    protected abstract Value Parameter(Parameter p);

    /// <summary>Kernel [channels,C/group,kernel,kernel] of a convolution that batch norm follows.</summary>
    protected static Parameter ConvWeight(string name, Value x, long channels, long kernel, ConvGeometry geo)
        => new(name + ".weight", new Shape(channels, x.Shape[1] / geo.Group, kernel, kernel), ParameterKind.Weight, Initializers.FanIn);

    protected static BatchNormParameters BnParameters(string name, long channels)
    {
        Shape shape = new(channels);
        return new BatchNormParameters(
            Gamma: new Parameter(name + ".gamma", shape, ParameterKind.Offset, Initializers.Ones),
            Beta: new Parameter(name + ".beta", shape, ParameterKind.Offset, Initializers.Zeros),
            Mean: new Parameter(name + ".mean", shape, ParameterKind.Statistic, Initializers.Zeros),
            Variance: new Parameter(name + ".variance", shape, ParameterKind.Statistic, Initializers.Ones));
    }

    private Value Weight(string name, Shape shape, Initializer init)
        => Parameter(new Parameter(name + ".weight", shape, ParameterKind.Weight, init));

    private Value Offset(string name, long channels, Initializer init)
        => Parameter(new Parameter(name, new Shape(channels), ParameterKind.Offset, init));

    /// <summary>Parameters of a batch norm, all [C].</summary>
    protected sealed record BatchNormParameters(Parameter Gamma, Parameter Beta, Parameter Mean, Parameter Variance);
}
