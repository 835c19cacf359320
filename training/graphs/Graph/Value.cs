using RealtimeSeg.Core.Onnx;

namespace RealtimeSeg.Training.Graph;

/// <summary>A typed handle to one tensor of the graph; two handles are equal only if they are the same.</summary>
public sealed class Value(string name, ElementType type, Shape shape)
{
    public string Name { get; internal set; } = name;
    public ElementType Type { get; } = type;
    public Shape Shape { get; } = shape;

    public override string ToString() => $"{Name}:{Type}{Shape}";
}
