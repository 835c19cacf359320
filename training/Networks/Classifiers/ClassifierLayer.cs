namespace RealtimeSeg.Training.Networks.Classifiers;

/// <summary>One layer of a classifier.</summary>
/// <param name="Name">Of the layer and its result; its parameters are NAME.weight and the like.</param>
/// <param name="Inputs">Names of the layers that it reads.</param>
public abstract record ClassifierLayer(string Name, IReadOnlyList<string> Inputs);

/// <summary>A convolution with bias; pads in ONNX's order: top, left, bottom, right.</summary>
public sealed record ConvLayer(
    string Name,
    string Input,
    long Channels,
    long Kernel,
    long Stride,
    long[] Pads,
    long Group = 1,
    long Dilation = 1) : ClassifierLayer(Name, [Input]);

/// <summary>Maximum, or mean, of windows.</summary>
public sealed record PoolLayer(
    string Name,
    string Input,
    long Kernel,
    long Stride,
    long Before = 0,
    long After = 0,
    bool Mean = false) : ClassifierLayer(Name, [Input]);

/// <summary>Local response normalisation.</summary>
public sealed record LrnLayer(string Name, string Input, long Size, float Alpha, float Beta, float Bias) : ClassifierLayer(Name, [Input]);

public sealed record ReluLayer(string Name, string Input) : ClassifierLayer(Name, [Input]);

public sealed record DropoutLayer(string Name, string Input, float Probability) : ClassifierLayer(Name, [Input]);

/// <summary>Batch norm with fixed statistics: a factor and an offset per channel.</summary>
public sealed record AffineLayer(string Name, string Input) : ClassifierLayer(Name, [Input]);

public sealed record AddLayer(string Name, string A, string B) : ClassifierLayer(Name, [A, B]);

public sealed record ConcatLayer(string Name, IReadOnlyList<string> Parts) : ClassifierLayer(Name, Parts);

/// <summary>
/// A fully connected layer over kernel × kernel cells: the convolution that it becomes (FCN paper, section 3.1, figure 2).
/// </summary>
public sealed record DenseLayer(string Name, string Input, long Outputs, long Kernel) : ClassifierLayer(Name, [Input]);
