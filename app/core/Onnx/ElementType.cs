namespace RealtimeSeg.Core.Onnx;

/// <summary>Element types in use, with ONNX's TensorProto.DataType codes.</summary>
public enum ElementType
{
    Float = 1,
    UInt8 = 2,
    Int8 = 3,
    Int32 = 6,
    Int64 = 7,
    Bool = 9,
    Float16 = 10,
}
