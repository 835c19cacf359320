using RealtimeSeg.Core.Onnx;

namespace RealtimeSeg.Training.Networks.Classifiers.Readers;

/// <summary>A tensor of the file: the layer that makes it, and its shape [C,H,W]. Flattened ones keep the shape they had.</summary>
/// <param name="Layer">Its name.</param>
/// <param name="C">Channels.</param>
/// <param name="H">Height.</param>
/// <param name="W">Width.</param>
/// <param name="Pads">Zeros around it that a Pad node adds, for the next layer to take over: top, left, bottom, right.</param>
internal readonly record struct LayerValue(string Layer, long C, long H, long W, long[]? Pads = null)
{
    public bool IsCell => H == 1 && W == 1;
}

/// <summary>What has been read of a classifier's file so far.</summary>
internal sealed class ReadingContext
{
    private readonly Dictionary<string, int> _uses = new(StringComparer.Ordinal);

    /// <param name="file">The file.</param>
    /// <param name="input">Name of its input.</param>
    /// <param name="image">The input's shape.</param>
    public ReadingContext(OnnxFile file, string input, LayerValue image)
    {
        File = file;
        Values[input] = image;
        foreach (string name in file.Graph.Node.SelectMany(n => n.Input)) _uses[name] = _uses.GetValueOrDefault(name) + 1;
    }

    public OnnxFile File { get; }

    /// <summary>In execution order.</summary>
    public List<ClassifierLayer> Layers { get; } = [];

    /// <summary>By name of the parameter.</summary>
    public Dictionary<string, float[]> Weights { get; } = new(StringComparer.Ordinal);

    /// <summary>By name of the tensor in the file.</summary>
    public Dictionary<string, LayerValue> Values { get; } = new(StringComparer.Ordinal);

    /// <summary>Tensors that hold a layer's dimensions, or some of them, and the layer.</summary>
    public Dictionary<string, LayerValue> Sizes { get; } = new(StringComparer.Ordinal);

    /// <summary>The last tensor in the file that a layer stands for, by the layer's name: what is folded into it included.</summary>
    public Dictionary<string, string> TensorOf { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether exactly one node reads a tensor: then its layer may be changed for that node.</summary>
    public bool IsReadOnce(string tensor) => _uses.GetValueOrDefault(tensor) == 1;
}
