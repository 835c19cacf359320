using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks.Classifiers;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Networks;

/// <summary>What a backbone gives the head: the last feature map of each stride.</summary>
public sealed record Features(IReadOnlyDictionary<int, Value> ByStride);

/// <summary>The body of an FCN: from the normalised picture [N,3,H,W] to features at strides 8, 16, 32, and 4 where it has them.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Forward">Emits it; the stride is the finest that is asked for.</param>
/// <param name="Input">How it wants its pictures.</param>
public sealed record Backbone(string Name, Func<Layers, Value, int, Features> Forward, InputScaling Input)
{
    public const string ResLiteName = "reslite", PyramidName = "reslite-fpn", AlexNetName = "alexnet", Vgg16Name = "vgg16", FileEnding = ".onnx";

    public static IReadOnlyList<string> Names { get; } = [ResLiteName, PyramidName, AlexNetName, Vgg16Name];

    /// <param name="name">One of <see cref="Names"/>, or the path of a classifier's .onnx file.</param>
    /// <param name="input">How a classifier from a file wants its pictures; the built-in ones know.</param>
    /// <exception cref="UserError">No such backbone.</exception>
    public static Backbone Parse(string name, InputScaling? input = null) => name switch
    {
        ResLiteName => new Backbone(name, (l, x, _) => ResLite.Forward(l, x), InputScaling.Plain),
        PyramidName => new Backbone(name, (l, x, finest) => FeaturePyramid.Emit(l, ResLite.Forward(l, x), finest), InputScaling.Plain),
        AlexNetName => Of(name, Classifier.AlexNet(), InputScaling.Plain),
        Vgg16Name => Of(name, Classifier.Vgg16(), InputScaling.Plain),
        _ when name.EndsWith(FileEnding, StringComparison.OrdinalIgnoreCase) => Of(Path.GetFileNameWithoutExtension(name), OnnxClassifier.Load(name), input ?? InputScaling.ImageNet),
        _ => throw new UserError($"no backbone '{name}' for FCNs: choose one of {string.Join(", ", Names)}, or a classifier's {FileEnding} file"),
    };

    public static Backbone Of(string name, Classifier classifier, InputScaling input) => new(name, (l, x, _) => Convolutionalized.Aligned(l, classifier, x), input);
}
