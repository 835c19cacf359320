namespace RealtimeSeg.Training.Networks.Classifiers;

/// <summary>One layer of a classifier: a node of its graph, by the names of the layers that it reads.</summary>
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

/// <summary>Values limited to a range; ReLU6 is from 0 to 6.</summary>
public sealed record ClipLayer(string Name, string Input, float Low, float High) : ClassifierLayer(Name, [Input]);

public sealed record SigmoidLayer(string Name, string Input) : ClassifierLayer(Name, [Input]);

/// <summary>min(1, max(0, Alpha·x + Beta)).</summary>
public sealed record HardSigmoidLayer(string Name, string Input, float Alpha, float Beta) : ClassifierLayer(Name, [Input]);

/// <summary>Factor·x + Offset with numbers that do not train, the same for all channels.</summary>
public sealed record LinearLayer(string Name, string Input, float Factor, float Offset) : ClassifierLayer(Name, [Input]);

/// <summary>The mean over the whole image, however large, as squeeze-and-excitation takes it: [N,C,H,W] → [N,C,1,1].</summary>
/// <param name="Name">Of the layer.</param>
/// <param name="Input">The layer that it reads.</param>
/// <param name="Side">Height and width of its input at the classifier's own size.</param>
public sealed record GlobalMeanLayer(string Name, string Input, long Side) : ClassifierLayer(Name, [Input]);

public sealed record DropoutLayer(string Name, string Input, float Probability) : ClassifierLayer(Name, [Input]);

/// <summary>Batch norm with fixed statistics: a factor and an offset per channel.</summary>
public sealed record AffineLayer(string Name, string Input) : ClassifierLayer(Name, [Input]);

public sealed record AddLayer(string Name, string A, string B) : ClassifierLayer(Name, [A, B]);

/// <summary>A product, such as of features [N,C,H,W] and their gates [N,C,1,1].</summary>
public sealed record MulLayer(string Name, string A, string B) : ClassifierLayer(Name, [A, B]);

/// <summary>A single cell repeated to the size of another layer: DeepLab's image pooling (Chen et al. 2017, section 3.3).</summary>
/// <param name="Name">Of the layer.</param>
/// <param name="Cell">The layer that is repeated, [N,C,1,1].</param>
/// <param name="Like">The layer whose height and width it gets.</param>
public sealed record SpreadLayer(string Name, string Cell, string Like) : ClassifierLayer(Name, [Cell, Like]);

public sealed record ConcatLayer(string Name, IReadOnlyList<string> Parts) : ClassifierLayer(Name, Parts);

/// <summary>
/// A fully connected layer over kernel × kernel cells: the convolution that it becomes (FCN paper, section 3.1, figure 2).
/// </summary>
public sealed record DenseLayer(string Name, string Input, long Outputs, long Kernel) : ClassifierLayer(Name, [Input]);
