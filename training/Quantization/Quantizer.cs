using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;
using RealtimeSeg.Core.Onnx;

namespace RealtimeSeg.Training.Quantization;

/// <summary>
/// Post-training quantisation to 8-bit integers (Jacob et al. 2018, section 2; Krishnamoorthi 2018, section 3): activations without
/// sign over the range that pictures show, kernels with sign and a scale for each output channel. Written as QuantizeLinear and
/// DequantizeLinear around float operators, which ONNX Runtime fuses into integer ones and any other runtime can compute as they stand.
/// </summary>
public sealed class Quantizer
{
    /// <summary>Convolutions of fewer channels stay as they are: the first sees three, the scores give a few, and both gain little and lose much.</summary>
    private const int FewChannels = 16;

    /// <summary>
    /// Kernels take seven bits: without VNNI instructions a CPU adds two products in 16 bits, and 2 × 255 × 63 is the most that fits.
    /// </summary>
    private const sbyte GreatestCode = 63;

    private readonly OnnxFile _file;
    private readonly Dictionary<string, int> _readers;
    private readonly HashSet<string> _outputs, _written = new(StringComparer.Ordinal);
    private readonly HashSet<NodeProto> _chosen = [];

    /// <summary>Tensors to hold as integers, each with the tensor whose range it takes: itself, mostly.</summary>
    private readonly Dictionary<string, string> _quantized = new(StringComparer.Ordinal);

    private readonly GraphProto _result = new();

    private Quantizer(OnnxFile file)
    {
        _file = file;
        _readers = file.Graph.Node.SelectMany(n => n.Input).GroupBy(i => i, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        _outputs = [.. file.Graph.Output.Select(o => o.Name)];
    }

    /// <param name="path">An exported .onnx file.</param>
    /// <param name="pictures">8-bit BGR, at the size that the network sees.</param>
    /// <returns>The quantised model, which still describes itself as the file did, and how many of its convolutions are integer now.</returns>
    /// <exception cref="UserError">No convolution in it can become integer.</exception>
    public static (ModelProto Model, int Integer, int Convolutions) Quantize(string path, IEnumerable<Mat> pictures)
    {
        OnnxFile folded = Folded(path);
        Quantizer q = new(folded);
        q.Choose();
        if (q._chosen.Count == 0) throw new UserError($"{path} has no convolution of {FewChannels} channels or more with float kernels: it may be in 8 bits already");
        IReadOnlyDictionary<string, ValueRange> ranges = Calibration.Ranges(folded.Model, [.. q._quantized.Values.Distinct(StringComparer.Ordinal)], pictures);
        ModelProto result = folded.Model.Clone();
        result.Graph = q.Rewrite(ranges);
        HashSet<string> domains = [.. result.Graph.Node.Select(n => n.Domain)];
        foreach (OperatorSetIdProto unused in result.OpsetImport.Where(o => !domains.Contains(o.Domain)).ToArray()) result.OpsetImport.Remove(unused);
        return (result, q._chosen.Count(n => n.OpType == "Conv"), folded.Graph.Node.Count(n => n.OpType == "Conv"));
    }

    /// <summary>The file with constants computed: kernels that are stored in fewer bits become floats again.</summary>
    private static OnnxFile Folded(string path)
    {
        string target = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_BASIC, OptimizedModelFilePath = target };
            using InferenceSession session = new(path, options);
            return OnnxFile.Read(target);
        }
        finally
        {
            File.Delete(target);
        }
    }

    /// <summary>Convolutions, and what stands between them and works on integers too.</summary>
    private void Choose()
    {
        foreach (NodeProto n in _file.Graph.Node)
        {
            string[] read = [.. n.Input.Where(i => i.Length > 0 && !_file.IsStored(i))];
            switch (n.OpType)
            {
                case "Conv" when n.Input.Skip(1).All(_file.IsStored) && _file.Dims(n.Input[1]) is [>= FewChannels, >= FewChannels, _, _]:
                    Hold(n, read);
                    break;
                case "Add" when read.Length == 2 && read.Any(_quantized.ContainsKey):
                    Hold(n, read);
                    break;
                case "MaxPool" or "Resize" when n.Output.Count == 1 && _quantized.TryGetValue(read[0], out string? range):
                    _chosen.Add(n);
                    _quantized[n.Output[0]] = range; // neither leaves the range of what it reads
                    break;
            }
        }
    }

    private void Hold(NodeProto n, IEnumerable<string> read)
    {
        _chosen.Add(n);
        foreach (string t in read.Append(AfterRelu(n.Output[0]))) _quantized.TryAdd(t, t);
    }

    /// <summary>A ReLU that alone reads a result becomes part of the operator: the integers begin at zero.</summary>
    private string AfterRelu(string tensor)
        => _readers.GetValueOrDefault(tensor) == 1 && !_outputs.Contains(tensor) && _file.Graph.Node.First(n => n.Input.Contains(tensor)) is { OpType: "Relu" } relu ? relu.Output[0] : tensor;

    private GraphProto Rewrite(IReadOnlyDictionary<string, ValueRange> ranges)
    {
        _result.Name = _file.Graph.Name;
        _result.Input.AddRange(_file.Graph.Input);
        _result.Output.AddRange(_file.Graph.Output);
        foreach (NodeProto old in _file.Graph.Node)
        {
            NodeProto n = old.Clone();
            if (_chosen.Contains(old) && old.OpType == "Conv") Integers(n, ranges[_quantized[old.Input[0]]].Codes().Scale);
            for (int i = 0; i < n.Input.Count; i++)
            {
                if (_quantized.ContainsKey(n.Input[i])) n.Input[i] = Dequantized(n.Input[i]);
            }

            _result.Node.Add(n);
            foreach (string t in old.Output.Where(_quantized.ContainsKey)) Through(t, ranges[_quantized[t]].Codes());
        }

        HashSet<string> read = [.. _result.Node.SelectMany(n => n.Input)];
        _result.Initializer.AddRange(_file.Graph.Initializer.Where(i => read.Contains(i.Name)));
        return _result;
    }

    /// <summary>The tensor to integers and back; readers take the latter.</summary>
    private void Through(string tensor, (float Scale, byte Zero) codes)
    {
        Store($"{tensor}.scale", ElementType.Float, [], [codes.Scale]);
        Store($"{tensor}.zero", ElementType.UInt8, [], [codes.Zero]);
        _result.Node.Add(Node("QuantizeLinear", $"{tensor}.codes", tensor, $"{tensor}.scale", $"{tensor}.zero"));
        _result.Node.Add(Node("DequantizeLinear", Dequantized(tensor), $"{tensor}.codes", $"{tensor}.scale", $"{tensor}.zero"));
    }

    /// <summary>A convolution's kernel in 8 bits and its bias in 32, in steps of the kernel's scale times that of its input.</summary>
    private void Integers(NodeProto conv, float inputScale)
    {
        string kernel = conv.Input[1];
        long[] shape = _file.Dims(kernel);
        (sbyte[] codes, float[] scales) = ChannelCodes.Of(_file.Floats(kernel), (int)shape[0], GreatestCode);
        if (_written.Add(kernel)) PerChannel(kernel, ElementType.Int8, shape, codes, scales);
        conv.Input[1] = Dequantized(kernel);
        if (conv.Input.Count < 3) return;
        string bias = $"{conv.Name}.{conv.Input[2]}";
        float[] steps = [.. scales.Select(s => s * inputScale)], values = _file.Floats(conv.Input[2]);
        PerChannel(bias, ElementType.Int32, [shape[0]], (int[])[.. values.Select((v, c) => (int)Math.Clamp(Math.Round(v / (double)steps[c]), int.MinValue, int.MaxValue))], steps);
        conv.Input[2] = Dequantized(bias);
    }

    private void PerChannel<T>(string name, ElementType type, long[] shape, T[] codes, float[] scales)
        where T : unmanaged
    {
        Store($"{name}.codes", type, shape, codes);
        Store($"{name}.scale", ElementType.Float, [scales.Length], scales);
        Store($"{name}.zero", type, [scales.Length], new T[scales.Length]);
        NodeProto back = Node("DequantizeLinear", Dequantized(name), $"{name}.codes", $"{name}.scale", $"{name}.zero");
        back.Attribute.Add(new AttributeProto { Name = "axis", Type = AttributeProto.Types.AttributeType.Int, I = 0 });
        _result.Node.Add(back);
    }

    private void Store<T>(string name, ElementType type, long[] shape, ReadOnlySpan<T> values)
        where T : unmanaged
        => _result.Initializer.Add(new TensorProto { Name = name, DataType = (int)type, Dims = { shape }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)) });

    private static NodeProto Node(string op, string output, params string[] inputs) => new() { Name = output, OpType = op, Input = { inputs }, Output = { output } };

    private static string Dequantized(string tensor) => $"{tensor}.back";
}
