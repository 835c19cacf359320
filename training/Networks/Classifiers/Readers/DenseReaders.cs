namespace RealtimeSeg.Training.Networks.Classifiers.Readers;

/// <summary>Fully connected layers: x [C·H·W] × matrix is the convolution whose kernel covers all H×W cells.</summary>
internal static class DenseReaders
{
    public static void Gemm(NodeReading n)
    {
        if (n.Int("transA", 0) != 0 || n.Float("alpha", 1) != 1 || n.Float("beta", 1) != 1)
            throw n.Cannot("alpha, beta and transA must be 1, 1 and 0");
        Read(n, transposed: n.Int("transB", 0) != 0);
    }

    public static void MatMul(NodeReading n) => Read(n, transposed: false);

    /// <param name="n">The node.</param>
    /// <param name="transposed">Whether the matrix is [outputs,inputs]; otherwise [inputs,outputs].</param>
    private static void Read(NodeReading n, bool transposed)
    {
        LayerValue x = n.In();
        long[] dims = n.File.Dims(n.Node.Input[1]);
        long inputs = x.C * x.H * x.W;
        if (dims.Length != 2 || x.H != x.W || dims[transposed ? 1 : 0] != inputs)
            throw n.Cannot($"its weights [{string.Join(',', dims)}] do not fit its {x.C}×{x.H}×{x.W} inputs");

        long outputs = dims[transposed ? 0 : 1];
        float[] matrix = n.Floats(1);
        n.Add(new DenseLayer(n.Name, x.Layer, outputs, x.H), outputs, 1, 1);
        n.Keep("weight", transposed ? matrix : Transposed(matrix, dims[0], dims[1]), outputs * inputs);
        n.Keep("bias", n.Node.Input.Count > 2 ? n.Floats(2) : new float[outputs], outputs);
    }

    private static float[] Transposed(float[] matrix, long rows, long columns)
    {
        float[] result = new float[matrix.Length];
        for (long i = 0; i < rows; i++)
        {
            for (long j = 0; j < columns; j++) result[(j * rows) + i] = matrix[(i * columns) + j];
        }

        return result;
    }
}
