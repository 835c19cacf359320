using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Networks.Classifiers;

/// <summary>One layer of a classifier: what it makes, from what, under a name that is its parameters' too.</summary>
public abstract record ClassifierLayer(string Name, IReadOnlyList<string> Inputs);

/// <summary>A convolution with bias; pads in ONNX's order: top, left, bottom, right.</summary>
public sealed record ConvLayer(string Name, string Input, long Channels, long Kernel, long Stride, long[] Pads, long Group = 1, long Dilation = 1) : ClassifierLayer(Name, [Input]);

/// <summary>Maximum, or mean, of windows.</summary>
public sealed record PoolLayer(string Name, string Input, long Kernel, long Stride, long Before = 0, long After = 0, bool Mean = false) : ClassifierLayer(Name, [Input]);

/// <summary>Local response normalisation.</summary>
public sealed record LrnLayer(string Name, string Input, long Size, float Alpha, float Beta, float Bias) : ClassifierLayer(Name, [Input]);

public sealed record ReluLayer(string Name, string Input) : ClassifierLayer(Name, [Input]);

public sealed record DropoutLayer(string Name, string Input, float Probability) : ClassifierLayer(Name, [Input]);

/// <summary>Batch norm with fixed statistics: a factor and an offset a channel.</summary>
public sealed record AffineLayer(string Name, string Input) : ClassifierLayer(Name, [Input]);

public sealed record AddLayer(string Name, string A, string B) : ClassifierLayer(Name, [A, B]);

public sealed record ConcatLayer(string Name, IReadOnlyList<string> Parts) : ClassifierLayer(Name, Parts);

/// <summary>A fully connected layer that sees kernel × kernel cells: the convolution that it becomes (FCN paper, section 3.1, figure 2).</summary>
public sealed record DenseLayer(string Name, string Input, long Outputs, long Kernel) : ClassifierLayer(Name, [Input]);

/// <summary>
/// A classifier as a list of layers in execution order, the last one its class scores: built in, or read from an ONNX file. It becomes
/// a fully convolutional network by reading every dense layer as a convolution.
/// </summary>
/// <param name="Layers">The layers; the input picture is called <see cref="Input"/>.</param>
/// <param name="Side">Height and width of the pictures that it was made for.</param>
/// <param name="Weights">Parameters by name; null starts from random ones.</param>
public sealed record Classifier(IReadOnlyList<ClassifierLayer> Layers, long Side, IReadOnlyDictionary<string, float[]>? Weights = null)
{
    public const string Input = "picture";
    private static readonly long[] None = [0, 0, 0, 0];

    /// <summary>Classes of ImageNet.</summary>
    private const long ImageNet = 1000;

    public DenseLayer Scores => (DenseLayer)Layers[^1];

    /// <summary>
    /// AlexNet (Krizhevsky et al. 2012), in the form of one GPU's file that the FCN authors start from: 11×11 at stride 4, local
    /// response normalisation, groups, 3×3 pools at stride 2, fc6 over 6×6 cells.
    /// </summary>
    /// <param name="narrow">Divides all widths: small ones for tests.</param>
    public static Classifier AlexNet(long narrow = 1)
    {
        Stack s = new(narrow);
        s.Conv("conv1", 96, 11, 4, 0).Lrn("norm1").Pool("pool1", 3);
        s.Conv("conv2", 256, 5, 1, 2, group: 2).Lrn("norm2").Pool("pool2", 3);
        s.Conv("conv3", 384, 3, 1, 1).Conv("conv4", 384, 3, 1, 1, group: 2).Conv("conv5", 256, 3, 1, 1, group: 2).Pool("pool5", 3);
        s.Dense("fc6", 4096, 6).Dense("fc7", 4096, 1);
        return new Classifier(s.Ended(ImageNet), 227);
    }

    /// <summary>VGG with 16 layers (Simonyan and Zisserman 2015, configuration D).</summary>
    /// <param name="narrow">Divides all widths: small ones for tests.</param>
    public static Classifier Vgg16(long narrow = 1)
    {
        Stack s = new(narrow);
        (long Width, int Convolutions)[] levels = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)];
        for (int level = 1; level <= levels.Length; level++)
        {
            for (int i = 1; i <= levels[level - 1].Convolutions; i++) s.Conv($"conv{level}_{i}", levels[level - 1].Width, 3, 1, 1);
            s.Pool($"pool{level}", 2);
        }

        s.Dense("fc6", 4096, 7).Dense("fc7", 4096, 1);
        return new Classifier(s.Ended(ImageNet), 224);
    }

    /// <summary>What a parameter starts as: the classifier's own value, or a rule.</summary>
    public Initializer Initial(string parameter, Initializer otherwise)
        => Weights is not null && Weights.TryGetValue(parameter, out float[]? given) ? Initializers.From(given) : otherwise;

    /// <summary>Layers one on the other.</summary>
    private sealed class Stack(long narrow)
    {
        private readonly List<ClassifierLayer> _layers = [];

        private string Top => _layers.Count > 0 ? _layers[^1].Name : Input;

        public Stack Conv(string name, long channels, long kernel, long stride, long pad, long group = 1)
        {
            _layers.Add(new ConvLayer(name, Top, channels / narrow, kernel, stride, pad == 0 ? None : [pad, pad, pad, pad], group));
            _layers.Add(new ReluLayer(name + ".relu", Top));
            return this;
        }

        public Stack Lrn(string name)
        {
            _layers.Add(new LrnLayer(name, Top, Size: 5, Alpha: 1e-4f, Beta: 0.75f, Bias: 1));
            return this;
        }

        public Stack Pool(string name, long kernel)
        {
            _layers.Add(new PoolLayer(name, Top, kernel, Stride: 2));
            return this;
        }

        public Stack Dense(string name, long outputs, long kernel)
        {
            _layers.Add(new DenseLayer(name, Top, outputs / narrow, kernel));
            _layers.Add(new ReluLayer(name + ".relu", Top));
            _layers.Add(new DropoutLayer(name + ".drop", Top, 0.5f));
            return this;
        }

        public List<ClassifierLayer> Ended(long classes)
        {
            _layers.Add(new DenseLayer("fc8", Top, classes, 1));
            return _layers;
        }
    }
}
