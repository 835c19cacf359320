namespace RealtimeSeg.Inference;

/// <summary>Which file of a network is used that comes in two, in floats and in integers.</summary>
public enum Precision
{
    /// <summary>The one that was named.</summary>
    AsNamed,

    /// <summary>The faster one on this machine.</summary>
    Auto,

    /// <summary>NAME.onnx.</summary>
    Float,

    /// <summary>NAME-int8.onnx, as <c>quantize</c> makes it.</summary>
    Int8,
}
