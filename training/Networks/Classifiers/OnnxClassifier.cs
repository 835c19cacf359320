using System.Globalization;
using RealtimeSeg.Core.Onnx;
using static RealtimeSeg.Core.Onnx.OnnxFile;

namespace RealtimeSeg.Training.Networks.Classifiers;

/// <summary>
/// Reads an image classifier from an .onnx file as a list of layers. Understood are convolutions, pools, local response
/// normalisation, batch norm (folded into the convolution before it where there is one), ReLU, addition, concatenation, dropout,
/// flattening, and fully connected layers, to which a global average pool counts as a window over all it sees.
/// </summary>
public sealed class OnnxClassifier
{
    private const long UsualSide = 224;
    private readonly OnnxFile _file;
    private readonly List<ClassifierLayer> _layers = [];
    private readonly Dictionary<string, float[]> _weights = new(StringComparer.Ordinal);

    /// <summary>Shape [C, H, W] of each value, and the layer that makes it: flattening and dropped nodes only rename.</summary>
    private readonly Dictionary<string, (string Layer, long C, long H, long W)> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _readers = new(StringComparer.Ordinal);

    private OnnxClassifier(OnnxFile file) => _file = file;

    /// <exception cref="UserError">Not ONNX, no classifier, or a layer that cannot be converted, by name.</exception>
    public static Classifier Load(string path) => new OnnxClassifier(OnnxFile.Read(path)).Read();

    private Classifier Read()
    {
        ValueInfoProto[] inputs = [.. _file.Graph.Input.Where(i => !_file.IsStored(i.Name))];
        if (inputs.Length != 1) throw new UserError($"{_file.Path} has {inputs.Length} inputs: a classifier has one picture");
        long[] shape = [.. inputs[0].Type?.TensorType?.Shape?.Dim.Select(d => d.HasDimValue ? d.DimValue : 0) ?? []];
        if (shape.Length != 4 || shape[1] is not (0 or 3)) throw new UserError($"{_file.Path}: its input is [{string.Join(',', shape)}], but a picture [N,3,H,W] is needed");
        long side = shape[2] > 0 ? shape[2] : UsualSide;
        if (shape[3] > 0 && shape[3] != side) throw new UserError($"{_file.Path}: its pictures are {shape[3]}×{side}; square ones are needed");
        if (side is < 8 or > 4096) throw new UserError($"{_file.Path}: pictures of {side} pixels a side cannot be meant");
        _values[inputs[0].Name] = (Classifier.Input, 3, side, side);
        foreach (string name in _file.Graph.Node.SelectMany(n => n.Input)) _readers[name] = _readers.GetValueOrDefault(name) + 1;
        foreach (NodeProto n in _file.Graph.Node.Where(n => n.OpType != "Constant")) Read(n);
        if (_layers.Count == 0 || _layers[^1] is not DenseLayer) throw new UserError($"{_file.Path} does not end in a fully connected layer of class scores: it is no classifier that can be converted");
        return new Classifier(_layers, side, _weights);
    }

    private void Read(NodeProto n)
    {
        if (n.Output.Count == 0 || n.Input.Count == 0) throw Cannot(n, "it has no input or no output");
        switch (n.OpType)
        {
            case "Conv": ReadConv(n); break;
            case "MaxPool" or "AveragePool": ReadPool(n); break;
            case "GlobalAveragePool" or "ReduceMean": ReadGlobalPool(n); break;
            case "LRN" when Int(n, "size", 5) is > 0 and < 1000 and long size && size % 2 == 1: Add(n, new LrnLayer(Name(n), In(n).Layer, size, Float(n, "alpha", 1e-4f), Float(n, "beta", 0.75f), Float(n, "bias", 1))); break;
            case "Relu": Add(n, new ReluLayer(Name(n), In(n).Layer)); break;
            case "Dropout": Add(n, new DropoutLayer(Name(n), In(n).Layer, Math.Clamp(n.Input.Count > 1 && _file.IsStored(n.Input[1]) ? _file.Floats(n.Input[1])[0] : Float(n, "ratio", 0.5f), 0, 0.95f))); break;
            case "BatchNormalization": ReadBatchNorm(n); break;
            case "Add" or "Sum" when n.Input.Count == 2 && n.Input.Any(_file.IsStored): ReadBias(n); break;
            case "Add" or "Sum" when n.Input.Count == 2: Add(n, new AddLayer(Name(n), In(n).Layer, In(n, 1).Layer)); break;
            case "Concat" when Int(n, "axis", 1) is 1 or -3: ReadConcat(n); break;
            case "Gemm" or "MatMul": ReadDense(n); break;
            case "Flatten" or "Reshape" or "Squeeze" or "Identity" or "Softmax" or "LogSoftmax" or "Cast": _values[n.Output[0]] = In(n); break;
            default: throw Cannot(n, "this operator has no fully convolutional form here");
        }
    }

    private void ReadConv(NodeProto n)
    {
        (string from, long c, long h, long w) = In(n);
        long[] dims = _file.Dims(n.Input[1]), strides = IntList(n, "strides", 1, 1), dilations = IntList(n, "dilations", 1, 1);
        if (dims.Length != 4 || dims[2] != dims[3] || strides.Distinct().Count() != 1 || dilations.Distinct().Count() != 1) throw Cannot(n, "kernel, stride and dilation must be square");
        long group = Int(n, "group", 1), reach = (dilations[0] * (dims[2] - 1)) + 1, stride = strides[0];
        if (stride < 1 || dilations[0] < 1 || group < 1 || dims.Any(d => d < 1) || dims[1] * group != c) throw Cannot(n, $"weights [{string.Join(',', dims)}] do not fit {c} channels");
        long[] pads = Text(n, "auto_pad") switch
        {
            "" or "NOTSET" => IntList(n, "pads", 0, 0, 0, 0),
            "VALID" => [0, 0, 0, 0],
            "SAME_UPPER" => Split(Math.Max(0, ((((h + stride - 1) / stride) - 1) * stride) + reach - h)),
            string other => throw Cannot(n, $"auto_pad {other} is not understood"),
        };
        (long outH, long outW) = (((h + pads[0] + pads[2] - reach) / stride) + 1, ((w + pads[1] + pads[3] - reach) / stride) + 1);
        Add(n, new ConvLayer(Name(n), from, dims[0], dims[2], stride, pads, group, dilations[0]), (dims[0], outH, outW));
        Keep(n, Name(n) + ".weight", _file.Floats(n.Input[1]), dims.Aggregate((a, b) => a * b));
        Keep(n, Name(n) + ".bias", n.Input.Count > 2 && n.Input[2].Length > 0 ? _file.Floats(n.Input[2]) : new float[dims[0]], dims[0]);
    }

    private void ReadPool(NodeProto n)
    {
        (string from, long c, long h, long w) = In(n);
        long[] kernel = IntList(n, "kernel_shape"), strides = IntList(n, "strides", 1, 1), pads = IntList(n, "pads", 0, 0, 0, 0);
        bool mean = n.OpType == "AveragePool";
        if (kernel.Length != 2 || kernel[0] != kernel[1] || strides[0] != strides[1] || pads[0] != pads[1] || pads[2] != pads[3] || kernel[0] < 1 || strides[0] < 1) throw Cannot(n, "windows must be square");
        if (Text(n, "auto_pad") is not ("" or "NOTSET") || IntList(n, "dilations", 1, 1).Any(d => d != 1)) throw Cannot(n, "auto_pad and dilations of pools are not understood");
        if (mean && pads.Any(p => p > 0) && Int(n, "count_include_pad", 0) != 0) throw Cannot(n, "its mean counts the padding");
        long left = (h + pads[0] + pads[2] - kernel[0]) % strides[0];
        if (Int(n, "ceil_mode", 0) != 0 && left > 0) pads[2] += strides[0] - left; // one more window, over the edge
        long Down(long size) => ((size + pads[0] + pads[2] - kernel[0]) / strides[0]) + 1;
        Add(n, new PoolLayer(Name(n), from, kernel[0], strides[0], pads[0], pads[2], mean), (c, Down(h), Down(w)));
    }

    private void ReadGlobalPool(NodeProto n)
    {
        (string from, long c, long h, long w) = In(n);
        long[] axes = n.Input.Count > 1 ? _file.Ints(n.Input[1]) : IntList(n, "axes", 2, 3);
        if (h != w || (n.OpType == "ReduceMean" && !axes.Select(a => a < 0 ? a + 4 : a).Order().SequenceEqual([2L, 3L]))) throw Cannot(n, "only a mean over a square picture is understood");
        Add(n, new PoolLayer(Name(n), from, h, 1, Mean: true), (c, 1, 1));
    }

    private void ReadConcat(NodeProto n)
    {
        (string Layer, long C, long H, long W)[] parts = [.. Enumerable.Range(0, n.Input.Count).Select(i => In(n, i))];
        Add(n, new ConcatLayer(Name(n), [.. parts.Select(p => p.Layer)]), (parts.Sum(p => p.C), parts[0].H, parts[0].W));
    }

    /// <summary>Batch norm with its fixed statistics is a·x + b a channel, which a convolution before it takes into its own weights.</summary>
    private void ReadBatchNorm(NodeProto n)
    {
        if (n.Input.Count < 5) throw Cannot(n, "it has no statistics");
        (string from, long c, long h, long w) = In(n);
        float[][] p = [.. Enumerable.Range(1, 4).Select(i => _file.Floats(n.Input[i]))];
        if (p.Any(v => v.Length != c)) throw Cannot(n, $"its statistics are not of {c} channels");
        float epsilon = Float(n, "epsilon", 1e-5f);
        float[] scale = [.. p[0].Zip(p[3], (gamma, variance) => gamma / MathF.Sqrt(variance + epsilon))];
        float[] offset = [.. p[1].Zip(p[2], scale).Select(v => v.First - (v.Second * v.Third))];
        if (_layers.LastOrDefault(l => l.Name == from) is not ConvLayer || _readers.GetValueOrDefault(n.Input[0]) != 1)
        {
            Add(n, new AffineLayer(Name(n), from), (c, h, w));
            Keep(n, Name(n) + ".scale", scale, c);
            Keep(n, Name(n) + ".offset", offset, c);
            return;
        }

        float[] kernel = _weights[from + ".weight"], bias = _weights[from + ".bias"];
        int fan = kernel.Length / (int)c;
        for (int k = 0; k < kernel.Length; k++) kernel[k] *= scale[k / fan];
        for (int k = 0; k < bias.Length; k++) bias[k] = (bias[k] * scale[k]) + offset[k];
        _values[n.Output[0]] = In(n);
    }

    /// <summary>x [C·H·W] × matrix: the convolution whose kernel is as large as what the layer saw.</summary>
    private void ReadDense(NodeProto n)
    {
        (string from, long c, long h, long w) = In(n);
        long[] dims = _file.Dims(n.Input[1]);
        bool transposed = n.OpType == "Gemm" && Int(n, "transB", 0) != 0;
        if (n.OpType == "Gemm" && (Int(n, "transA", 0) != 0 || Float(n, "alpha", 1) != 1 || Float(n, "beta", 1) != 1)) throw Cannot(n, "alpha, beta and transA must be 1, 1 and 0");
        if (dims.Length != 2 || h != w || dims[transposed ? 1 : 0] != c * h * w) throw Cannot(n, $"its weights [{string.Join(',', dims)}] do not fit the {c}×{h}×{w} values it sees");
        long outputs = dims[transposed ? 0 : 1];
        float[] matrix = _file.Floats(n.Input[1]);
        Add(n, new DenseLayer(Name(n), from, outputs, h), (outputs, 1, 1));
        Keep(n, Name(n) + ".weight", transposed ? matrix : Transposed(matrix, dims[0], dims[1]), outputs * c * h * w);
        Keep(n, Name(n) + ".bias", n.Input.Count > 2 ? _file.Floats(n.Input[2]) : new float[outputs], outputs);
    }

    /// <summary>An addition of stored values: the bias of the layer before.</summary>
    private void ReadBias(NodeProto n)
    {
        int stored = _file.IsStored(n.Input[1]) ? 1 : 0;
        (string from, long c, long h, long w) = In(n, 1 - stored);
        float[] values = _file.Floats(n.Input[stored]);
        if (values.Length != c || !_weights.TryGetValue(from + ".bias", out float[]? bias) || _readers.GetValueOrDefault(n.Input[1 - stored]) != 1) throw Cannot(n, "what it adds is not the bias of the layer before");
        for (int k = 0; k < bias.Length; k++) bias[k] += values[k];
        _values[n.Output[0]] = (from, c, h, w);
    }

    private (string Layer, long C, long H, long W) In(NodeProto n, int index = 0)
        => _values.TryGetValue(n.Input[index], out (string, long, long, long) v) ? v : throw Cannot(n, $"its input {n.Input[index]} is nothing that was made before it");

    private void Add(NodeProto n, ClassifierLayer layer, (long C, long H, long W)? shape = null)
    {
        (string _, long c, long h, long w) = In(n);
        (c, h, w) = shape ?? (c, h, w);
        if (c < 1 || h < 1 || w < 1) throw Cannot(n, $"nothing is left of the picture: {c}×{h}×{w}");
        _layers.Add(layer);
        _values[n.Output[0]] = (layer.Name, c, h, w);
    }

    private void Keep(NodeProto n, string name, float[] values, long count)
        => _weights[name] = values.Length == count ? values : throw Cannot(n, $"{name} has {values.Length} values, {count} are needed");

    private UserError Cannot(NodeProto n, string why)
        => new(string.Create(CultureInfo.InvariantCulture, $"{_file.Path}: cannot convert layer {(n.Name.Length > 0 ? n.Name : n.Output.FirstOrDefault() ?? "?")} ({n.OpType}): {why}"));

    /// <summary>Parameters of the classifier stay apart from those of the head.</summary>
    private static string Name(NodeProto n) => "body." + n.Output[0];

    private static long[] Split(long all) => [all / 2, all / 2, all - (all / 2), all - (all / 2)];

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
