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
    public Value Score(string name, Value x, long classes, bool fromZero = false)
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

/// <summary>
/// Layers of a graph whose parameters are inputs. With <c>batchStatistics</c> (training) batch norm uses the batch and moves the
/// running statistics; without (evaluation of the training graph) it uses the running ones. Dropout needs the step's number.
/// </summary>
public sealed class TrainableLayers(GraphBuilder graph, bool batchStatistics, Value? dropoutStep = null) : Layers(graph)
{
    /// <summary>Share of the batch's statistics in the running ones, as in PyTorch.</summary>
    private const float Momentum = 0.1f;

    private readonly List<(Parameter Parameter, Value Value)> _parameters = [];
    private readonly Dictionary<string, Value> _updates = new(StringComparer.Ordinal);

    /// <summary>Every parameter the network declared, in order, with the graph input that holds it.</summary>
    public IReadOnlyList<(Parameter Parameter, Value Value)> Parameters => _parameters;

    /// <summary>New values of statistics, by parameter name.</summary>
    public IReadOnlyDictionary<string, Value> StatisticUpdates => _updates;

    public override Value ConvBn(string name, Value x, long channels, long kernel, long stride)
    {
        using IDisposable scope = Graph.Scope(name);
        Value y = Conv.Emit(Graph, x, Parameter(ConvWeight(name, x, channels, kernel)), null, SamePadding(kernel, stride));
        Parameter[] declared = BnParameters(name, channels);
        Value[] bn = [.. declared.Select(Parameter)];
        if (!batchStatistics) return BatchNorm.Apply(Graph, y, bn[0], bn[1], bn[2], bn[3]);

        (Value normal, Value mean, Value variance) = BatchNorm.Train(Graph, y, bn[0], bn[1]);
        long count = y.Shape[0] * y.Shape[2] * y.Shape[3];
        float unbiased = count / (float)Math.Max(1, count - 1);
        _updates[declared[2].Name] = Blend(bn[2], mean, 1);
        _updates[declared[3].Name] = Blend(bn[3], variance, unbiased);
        return normal;
    }

    public override Value Dropout(string name, Value x, float probability)
    {
        if (dropoutStep is null || probability <= 0) return x;
        using IDisposable scope = Graph.Scope(name);
        return Ops.Dropout.Emit(Graph, x, probability, dropoutStep, Nn.Parameter.StableHash(name, seed: 1));
    }

    protected override Value Parameter(Parameter p)
    {
        Value v = Graph.Input(p.Name, ElementType.Float, p.Shape);
        _parameters.Add((p, v));
        return v;
    }

    private Value Blend(Value running, Value batch, float scale) => Elementwise.Add(Graph,
        Elementwise.Mul(Graph, running, Graph.Constant(1 - Momentum)), Elementwise.Mul(Graph, batch, Graph.Constant(Momentum * scale)));
}

/// <summary>How an exported file stores its kernels, which are computed in 32 bits all the same.</summary>
public enum KernelStorage
{
    /// <summary>As they are.</summary>
    Float,

    /// <summary>As 16-bit floats: half the file.</summary>
    Half,

    /// <summary>Large ones as 8-bit integers and a factor for each output channel: a quarter of the file.</summary>
    Byte,
}

/// <summary>Choices for an exported file.</summary>
/// <param name="Kernels">How its kernels are stored.</param>
/// <param name="UnpoolByScatter">Unpool by a scatter instead of MaxUnpool, which GPU providers lack.</param>
/// <param name="Scales">Sizes of the picture whose scores are averaged, as factors; null for its own alone.</param>
public sealed record ExportForm(KernelStorage Kernels = KernelStorage.Float, bool UnpoolByScatter = false, IReadOnlyList<float>? Scales = null);

/// <summary>Layers of the exported graph: parameters are constants and batch norm is folded into the convolution before it.</summary>
/// <param name="graph">The graph to add to.</param>
/// <param name="weights">Every parameter by name.</param>
/// <param name="form">How it is stored.</param>
/// <param name="prefix">Before the names of constants in the graph, so that several networks fit into one.</param>
public sealed class InferenceLayers(GraphBuilder graph, IReadOnlyDictionary<string, float[]> weights, ExportForm? form = null, string prefix = "") : Layers(graph)
{
    /// <summary>Kernels of fewer values (the first layers, the scores) take 16 bits: 8 would save 2 % of the file and cost 0.2 points of mean IU.</summary>
    private const int LargeKernel = 40_000;

    /// <summary>What is stored already: a network may be emitted for several sizes of its picture, with the same weights.</summary>
    private readonly Dictionary<string, Value> _stored = new(StringComparer.Ordinal);

    public override Value Unpool(Value x, Value switches, Value like, long size)
        => form?.UnpoolByScatter == true ? MaxUnpool.EmitAsScatter(Graph, x, switches, like) : base.Unpool(x, switches, like, size);

    public override Value ConvBn(string name, Value x, long channels, long kernel, long stride)
    {
        using IDisposable scope = Graph.Scope(name);
        Parameter declared = ConvWeight(name, x, channels, kernel);
        if (_stored.TryGetValue(declared.Name, out Value? folded)) return Conv.Emit(Graph, x, folded, _stored[name + ".bias"], SamePadding(kernel, stride));
        float[] w = [.. Values(declared)];
        float[][] bn = [.. BnParameters(name, channels).Select(Values)];
        float[] bias = new float[channels];
        int fan = w.Length / (int)channels;
        for (int c = 0; c < channels; c++)
        {
            float scale = bn[0][c] / MathF.Sqrt(bn[3][c] + BatchNorm.Epsilon);
            bias[c] = bn[1][c] - (bn[2][c] * scale);
            foreach (ref float v in w.AsSpan(c * fan, fan)) v *= scale;
        }

        Value offset = _stored[name + ".bias"] = Graph.Initializer(prefix + name + ".bias", bias, new Shape(channels));
        return Conv.Emit(Graph, x, Kernel(declared.Name, w, declared.Shape), offset, SamePadding(kernel, stride));
    }

    protected override Value Parameter(Parameter p)
        => _stored.TryGetValue(p.Name, out Value? known) ? known
            : p.Kind == ParameterKind.Weight ? Kernel(p.Name, Values(p), p.Shape)
            : _stored[p.Name] = Graph.Initializer(prefix + p.Name, Values(p), p.Shape);

    private Value Kernel(string name, float[] values, Shape shape)
        => _stored[name] = form?.Kernels switch
        {
            KernelStorage.Byte when values.Length > LargeKernel => Graph.ByteInitializer(prefix + name, values, shape),
            KernelStorage.Half or KernelStorage.Byte => Graph.HalfInitializer(prefix + name, values, shape),
            _ => Graph.Initializer(prefix + name, values, shape),
        };

    private float[] Values(Parameter p)
    {
        if (!weights.TryGetValue(p.Name, out float[]? v)) throw new UserError($"checkpoint has no parameter {p.Name}: it is of another network");
        return v.Length == p.Shape.Count ? v : throw new UserError($"parameter {p.Name} has {v.Length} values, the network needs {p.Shape}");
    }
}
