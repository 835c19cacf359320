namespace RealtimeSeg.Training.Networks.Classifiers.Readers;

/// <summary>
/// The operators that a classifier's file may contain, each with the reader that makes layers of its nodes. A new operator takes one
/// reader, one row here and one case in the classifier tests, which enumerate <see cref="Operators"/>.
/// </summary>
internal static class ReaderTable
{
    private static readonly Dictionary<string, Action<NodeReading>> Readers = new(StringComparer.Ordinal)
    {
        ["Conv"] = ConvolutionReaders.Conv,
        ["BatchNormalization"] = ConvolutionReaders.BatchNorm,
        ["MaxPool"] = PoolReaders.Windows,
        ["AveragePool"] = PoolReaders.Windows,
        ["GlobalAveragePool"] = PoolReaders.WholeImage,
        ["ReduceMean"] = PoolReaders.WholeImage,
        ["Gemm"] = DenseReaders.Gemm,
        ["MatMul"] = DenseReaders.MatMul,
        ["Add"] = JoinReaders.Sum,
        ["Sum"] = JoinReaders.Sum,
        ["Mul"] = JoinReaders.Product,
        ["Sub"] = NumberReaders.Sub,
        ["Div"] = NumberReaders.Div,
        ["Concat"] = JoinReaders.Concat,
        ["Shape"] = SizeReaders.Shape,
        ["Slice"] = SizeReaders.Part,
        ["Gather"] = SizeReaders.Part,
        ["Expand"] = SizeReaders.Expand,
        ["Resize"] = SizeReaders.Resize,
        ["Relu"] = SameShapeReaders.Relu,
        ["Clip"] = SameShapeReaders.Clip,
        ["Sigmoid"] = SameShapeReaders.Sigmoid,
        ["HardSigmoid"] = SameShapeReaders.HardSigmoid,
        ["HardSwish"] = SameShapeReaders.HardSwish,
        ["Pad"] = SameShapeReaders.Pad,
        ["LRN"] = SameShapeReaders.Lrn,
        ["Dropout"] = SameShapeReaders.Dropout,
        ["Flatten"] = SameShapeReaders.PassThrough,
        ["Reshape"] = SameShapeReaders.PassThrough,
        ["Squeeze"] = SameShapeReaders.PassThrough,
        ["Unsqueeze"] = SameShapeReaders.PassThrough,
        ["Identity"] = SameShapeReaders.PassThrough,
        ["Softmax"] = SameShapeReaders.PassThrough,
        ["LogSoftmax"] = SameShapeReaders.PassThrough,
        ["Cast"] = SameShapeReaders.PassThrough,
    };

    public static IReadOnlyCollection<string> Operators => Readers.Keys;

    /// <exception cref="UserError">The node cannot be converted.</exception>
    public static void Read(NodeReading n)
    {
        if (n.Node.Output.Count == 0 || n.Node.Input.Count == 0) throw n.Cannot("it has no input or no output");
        if (!Readers.TryGetValue(n.Node.OpType, out Action<NodeReading>? reader)) throw n.Unknown();
        if (SizeReaders.Joins(n)) SizeReaders.Part(n);
        else reader(n);
    }
}
