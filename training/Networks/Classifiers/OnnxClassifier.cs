using System.Globalization;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Networks.Classifiers.Readers;

namespace RealtimeSeg.Training.Networks.Classifiers;

/// <summary>
/// Reads an image classifier from an .onnx file, or the body of any other network, as a graph of layers. <see cref="ReaderTable"/> lists
/// the operators that it understands; Constant nodes are stored tensors. What the wanted tensor does not need is not read, and may be
/// anything.
/// </summary>
public static class OnnxClassifier
{
    /// <summary>ImageNet's, if the file leaves the image size open.</summary>
    private const long UsualSide = 224;

    private const long SmallestSide = 8, LargestSide = 4096;

    /// <summary>Of features that an error message suggests.</summary>
    private const int FinestSuggested = 8, MostSuggested = 12;

    /// <summary>The ONNX operators that it can read.</summary>
    public static IReadOnlyCollection<string> Operators => ReaderTable.Operators;

    /// <param name="path">The file.</param>
    /// <param name="features">
    /// The tensor that the body ends with; null for a classifier's last feature map: before the mean over the image and the class layer,
    /// or for the map before a segmenter's mean over the image.
    /// </param>
    /// <exception cref="UserError">
    /// Not ONNX, no such tensor, a layer that cannot be converted, by name, or no classifier: with the tensors that there are.
    /// </exception>
    public static Classifier Load(string path, string? features = null)
    {
        OnnxFile file = OnnxFile.Read(path);
        (string input, long side) = InputImage(file);
        string output = file.Graph.Output.FirstOrDefault()?.Name ?? "";
        ReadingContext context = new(file, input, new LayerValue(Classifier.Input, 3, side, side));
        UserError? problem = Read(context, features ?? output);
        if (features is not null)
        {
            return context.Values.TryGetValue(features, out LayerValue end) && end.Layer != Classifier.Input
                ? Body(context, side, end.Layer) with { Tensor = features }
                : throw problem ?? new UserError($"{path} has no features {features}: {Suggestions(path)}");
        }

        bool isRead = context.Values.TryGetValue(output, out LayerValue scores) && scores is { IsCell: true, Layer: not Classifier.Input };
        IReadOnlyList<ClassifierLayer> layers = isRead ? LayerGraph.Needed(context.Layers, scores.Layer) : context.Layers;
        string? body = LastFeatures(layers, isRead);
        if (body is null or Classifier.Input)
        {
            throw problem is not null && !context.Values.ContainsKey(output)
                ? new UserError($"{problem.Message}; {Suggested(context)}")
                : new UserError($"{path} does not end as a classifier: {Suggested(context)}");
        }

        Classifier whole = Body(context, side, body);
        return isRead ? whole with { Layers = [.. layers.Select(l => Windows(layers, l))] } : whole;
    }

    /// <summary>Reads what a tensor depends on, as far as possible, and returns the first problem.</summary>
    private static UserError? Read(ReadingContext context, string tensor)
    {
        UserError? problem = null;
        foreach (NodeProto n in OnnxFile.NodesFor(context.File.Graph, [tensor]).Where(n => !OnnxFile.IsConstant(n)))
        {
            try
            {
                ReaderTable.Read(new NodeReading(context, n));
            }
            catch (UserError e)
            {
                problem ??= e;
            }
        }

        return problem;
    }

    /// <summary>
    /// The layer whose output is the last feature map: before the mean over the image or, if the layers go on to scores, before the class
    /// layer, whichever comes first. Null if there is neither.
    /// </summary>
    private static string? LastFeatures(IReadOnlyList<ClassifierLayer> layers, bool hasScores)
    {
        ClassifierLayer? mean = LayerGraph.FinalMean(layers);
        ClassifierLayer? classes = hasScores ? layers.LastOrDefault(l => l is ConvLayer or DenseLayer) : null;
        return layers.FirstOrDefault(l => l == mean || l == classes)?.Inputs[0];
    }

    private static Classifier Body(ReadingContext context, long side, string layer)
        => new(LayerGraph.Needed(context.Layers, layer), side, layer, context.Weights) { Tensor = context.TensorOf[layer] };

    /// <summary>The classifier's own mean over the image as one over windows of that size, which gives a map for larger images.</summary>
    private static ClassifierLayer Windows(IReadOnlyList<ClassifierLayer> layers, ClassifierLayer layer)
        => layer is GlobalMeanLayer mean && mean == LayerGraph.FinalMean(layers)
            ? new PoolLayer(mean.Name, mean.Input, mean.Side, 1, Mean: true)
            : layer;

    private static string Suggestions(string path)
    {
        OnnxFile file = OnnxFile.Read(path);
        (string input, long side) = InputImage(file);
        ReadingContext context = new(file, input, new LayerValue(Classifier.Input, 3, side, side));
        Read(context, file.Graph.Output.FirstOrDefault()?.Name ?? "");
        return Suggested(context);
    }

    /// <summary>Tensors that a body may end with: of each stride and width the last one that everything later builds on.</summary>
    private static string Suggested(ReadingContext context)
    {
        IReadOnlyDictionary<string, int> strides = LayerGraph.Strides(context.Layers);
        IReadOnlySet<string> waists = LayerGraph.Waists(context.Layers);
        string[] found =
        [
            .. context.Values.Values.Where(v => waists.Contains(v.Layer) && strides[v.Layer] >= FinestSuggested)
                .Reverse().DistinctBy(v => (strides[v.Layer], v.C)).Take(MostSuggested).Reverse()
                .Select(v => string.Create(
                    CultureInfo.InvariantCulture, $"{context.TensorOf[v.Layer]} (stride {strides[v.Layer]}, {v.C} channels)")),
        ];
        return found.Length == 0
            ? "no layer of it can be the end of a body"
            : $"name the end of its body with --features, such as {string.Join(", ", found)}";
    }

    /// <summary>The name of the file's one input, a square image [N,3,side,side], and its side.</summary>
    private static (string Name, long Side) InputImage(OnnxFile file)
    {
        ValueInfoProto[] inputs = [.. file.Graph.Input.Where(i => !file.IsStored(i.Name))];
        if (inputs.Length != 1) throw new UserError($"{file.Path} has {inputs.Length} inputs: a classifier has one image");
        long[] shape = [.. inputs[0].Type?.TensorType?.Shape?.Dim.Select(d => d.HasDimValue ? d.DimValue : 0) ?? []];
        if (shape is [_, not 3, _, 3])
        {
            string sides = string.Join(',', shape.Select(d => d == 0 ? "?" : d.ToString(CultureInfo.InvariantCulture)));
            throw new UserError($"{file.Path}: its input is [{sides}], channels last, but an image [N,3,H,W] is needed");
        }

        if (shape.Length != 4 || shape[1] is not (0 or 3))
            throw new UserError($"{file.Path}: its input is [{string.Join(',', shape)}], but an image [N,3,H,W] is needed");
        long side = shape[2] > 0 ? shape[2] : UsualSide;
        if (shape[3] > 0 && shape[3] != side) throw new UserError($"{file.Path}: its images are {shape[3]}×{side}; they must be square");
        if (side is < SmallestSide or > LargestSide)
            throw new UserError($"{file.Path}: its images have {side} pixels per side; {SmallestSide} to {LargestSide} are supported");
        return (inputs[0].Name, side);
    }
}
