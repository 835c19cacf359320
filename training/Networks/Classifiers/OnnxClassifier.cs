using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Networks.Classifiers.Readers;

namespace RealtimeSeg.Training.Networks.Classifiers;

/// <summary>
/// Reads an image classifier from an .onnx file as a list of layers. <see cref="ReaderTable"/> lists the operators that it understands;
/// Constant nodes are stored tensors.
/// </summary>
public static class OnnxClassifier
{
    /// <summary>ImageNet's, if the file leaves the image size open.</summary>
    private const long UsualSide = 224;

    private const long SmallestSide = 8, LargestSide = 4096;

    /// <summary>The ONNX operators that it can read.</summary>
    public static IReadOnlyCollection<string> Operators => ReaderTable.Operators;

    /// <exception cref="UserError">Not ONNX, no classifier, or a layer that cannot be converted, by name.</exception>
    public static Classifier Load(string path)
    {
        OnnxFile file = OnnxFile.Read(path);
        (string input, long side) = InputImage(file);
        ReadingContext context = new(file, input, new LayerValue(Classifier.Input, 3, side, side));
        foreach (NodeProto n in file.Graph.Node.Where(n => n.OpType != "Constant")) ReaderTable.Read(new NodeReading(context, n));
        if (context.Layers.LastOrDefault() is not DenseLayer)
            throw new UserError($"{path} does not end in a fully connected class layer: only classifiers can be converted");
        return new Classifier(context.Layers, side, context.Weights);
    }

    /// <summary>The name of the file's one input, a square image [N,3,side,side], and its side.</summary>
    private static (string Name, long Side) InputImage(OnnxFile file)
    {
        ValueInfoProto[] inputs = [.. file.Graph.Input.Where(i => !file.IsStored(i.Name))];
        if (inputs.Length != 1) throw new UserError($"{file.Path} has {inputs.Length} inputs: a classifier has one image");
        long[] shape = [.. inputs[0].Type?.TensorType?.Shape?.Dim.Select(d => d.HasDimValue ? d.DimValue : 0) ?? []];
        if (shape.Length != 4 || shape[1] is not (0 or 3))
            throw new UserError($"{file.Path}: its input is [{string.Join(',', shape)}], but an image [N,3,H,W] is needed");
        long side = shape[2] > 0 ? shape[2] : UsualSide;
        if (shape[3] > 0 && shape[3] != side) throw new UserError($"{file.Path}: its images are {shape[3]}×{side}; square ones are needed");
        if (side is < SmallestSide or > LargestSide)
            throw new UserError($"{file.Path}: its images have {side} pixels per side; {SmallestSide} to {LargestSide} are supported");
        return (inputs[0].Name, side);
    }
}
