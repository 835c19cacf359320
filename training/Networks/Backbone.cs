using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks.Classifiers;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Networks;

/// <summary>The body of an FCN: from the normalised image [N,3,H,W] to features at strides such as 4, 8, 16 and 32.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Forward">Emits the body; the stride is that of the network's name, see <see cref="Features.FinestFor"/>.</param>
/// <param name="Input">The scaling of its input.</param>
public sealed record Backbone(string Name, Func<Layers, Value, int, Features> Forward, InputScaling Input)
{
    public const string ResLiteName = "reslite", PyramidName = "reslite-fpn";
    public const string AlexNetName = "alexnet", Vgg16Name = "vgg16";

    /// <summary>Ending of a path instead of a name: a classifier's file.</summary>
    public const string FileEnding = ".onnx";

    public static IReadOnlyList<string> Names { get; } = [ResLiteName, PyramidName, AlexNetName, Vgg16Name];

    /// <summary>What it was made of: two backbones of the same recipe and input are equal, and so are networks on them.</summary>
    public string Recipe { get; init; } = Name;

    /// <param name="name">One of <see cref="Names"/>, or the path of an .onnx file.</param>
    /// <param name="choice">Its input, its end and what is on top; null for the defaults.</param>
    /// <exception cref="UserError">No such backbone, or a choice that it does not have.</exception>
    public static Backbone Parse(string name, BodyChoice? choice = null)
    {
        choice ??= new BodyChoice();
        if (choice.Features is not null && !IsFile(name))
            throw new UserError($"--features {choice.Features}: '{name}' has no tensors to choose from; add --backbone FILE{FileEnding}");
        if (choice.OutputStride is not null && !IsFile(name))
            throw new UserError($"--output-stride {choice.OutputStride}: '{name}' has strides of its own; add --backbone FILE{FileEnding}");

        if (choice.Untrained && !IsFile(name))
            throw new UserError($"--untrained-body: '{name}' begins with random weights anyway: leave it out");

        InputScaling own = choice.Input ?? InputScaling.Plain;
        Backbone body = name switch
        {
            ResLiteName or PyramidName => new Backbone(name, (l, x, _) => ResLite.Forward(l, x), own),
            AlexNetName => Of(name, BuiltIn.AlexNet(), own),
            Vgg16Name => Of(name, BuiltIn.Vgg16(), own),
            _ when IsFile(name) => Of(
                Path.GetFileNameWithoutExtension(name),
                Loaded(name, choice),
                choice.Input ?? InputScaling.ImageNet),
            _ => throw new UserError(
                $"no backbone '{name}' for FCNs{Nearest.Hint(name, Names)}: choose one of {string.Join(", ", Names)}, "
                + $"or a classifier's {FileEnding} file"),
        };
        Func<Layers, Value, int, Features> forward = body.Forward;
        body = body with
        {
            Forward = (l, x, named) => l.AsBody(() => forward(l, x, named)),
            Recipe = $"{name} {choice.Features} {choice.Neck} {choice.OutputStride} {choice.Untrained}",
        };
        return body.UnderNeck(name == PyramidName ? BodyChoice.PyramidNeck : choice.Neck);
    }

    private static Classifier Loaded(string file, BodyChoice choice)
    {
        Classifier read = OnnxClassifier.Load(file, choice.Features);
        if (choice.Untrained) read = read.Untrained;
        return choice.OutputStride is { } stride ? OutputStride.At(read, stride) : read;
    }

    public bool Equals(Backbone? other) => other is not null && (Recipe, Input) == (other.Recipe, other.Input);

    public override int GetHashCode() => HashCode.Combine(Recipe, Input);

    /// <summary>Whether a backbone is a file's path instead of a name.</summary>
    public static bool IsFile(string name) => name.EndsWith(FileEnding, StringComparison.OrdinalIgnoreCase);

    /// <summary>A classifier as a backbone: what is after its last feature map is dropped; dense layers in it are convolutions.</summary>
    public static Backbone Of(string name, Classifier classifier, InputScaling input)
        => new(name, (l, x, _) => Convolutionalized.Aligned(l, classifier, x), input);

    /// <summary>The body with what goes between it and the class layers.</summary>
    /// <exception cref="UserError">No such neck.</exception>
    public Backbone UnderNeck(string neck) => neck switch
    {
        BodyChoice.NoNeck => this,
        BodyChoice.PyramidNeck => this with { Forward = Pyramid },
        _ => throw new UserError($"no neck '{neck}': choose {BodyChoice.NoNeck} or {BodyChoice.PyramidNeck}"),
    };

    private Features Pyramid(Layers l, Value x, int named)
    {
        Features features = Forward(l, x, named);
        return FeaturePyramid.Emit(l, features, features.FinestFor(named));
    }
}
