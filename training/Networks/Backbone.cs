using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks.Classifiers;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Networks;

/// <summary>The body of an FCN: from the normalised image [N,3,H,W] to features at strides 8, 16, 32, and 4 if it has them.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Forward">Emits the body; the stride is the finest that is asked for.</param>
/// <param name="Input">The scaling of its input.</param>
public sealed record Backbone(string Name, Func<Layers, Value, int, Features> Forward, InputScaling Input)
{
    public const string ResLiteName = "reslite", PyramidName = "reslite-fpn";
    public const string AlexNetName = "alexnet", Vgg16Name = "vgg16";

    /// <summary>Ending of a path instead of a name: a classifier's file.</summary>
    public const string FileEnding = ".onnx";

    public static IReadOnlyList<string> Names { get; } = [ResLiteName, PyramidName, AlexNetName, Vgg16Name];

    /// <param name="name">One of <see cref="Names"/>, or the path of a classifier's .onnx file.</param>
    /// <param name="input">The scaling for a classifier from a file; null for ImageNet's. The built-in ones have their own.</param>
    /// <exception cref="UserError">No such backbone.</exception>
    public static Backbone Parse(string name, InputScaling? input = null) => name switch
    {
        ResLiteName => new Backbone(name, (l, x, _) => ResLite.Forward(l, x), InputScaling.Plain),
        PyramidName => new Backbone(name, (l, x, finest) => FeaturePyramid.Emit(l, ResLite.Forward(l, x), finest), InputScaling.Plain),
        AlexNetName => Of(name, BuiltIn.AlexNet(), InputScaling.Plain),
        Vgg16Name => Of(name, BuiltIn.Vgg16(), InputScaling.Plain),
        _ when name.EndsWith(FileEnding, StringComparison.OrdinalIgnoreCase)
            => Of(Path.GetFileNameWithoutExtension(name), OnnxClassifier.Load(name), input ?? InputScaling.ImageNet),
        _ => throw new UserError(
            $"no backbone '{name}' for FCNs: choose one of {string.Join(", ", Names)}, or a classifier's {FileEnding} file"),
    };

    /// <summary>A classifier as a backbone: its dense layers become convolutions, its class layer is dropped.</summary>
    public static Backbone Of(string name, Classifier classifier, InputScaling input)
        => new(name, (l, x, _) => Convolutionalized.Aligned(l, classifier, x), input);
}
