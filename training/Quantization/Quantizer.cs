using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;

namespace RealtimeSeg.Training.Quantization;

/// <summary>
/// Post-training quantisation to 8-bit integers (Jacob et al. 2018, section 2; Krishnamoorthi 2018, section 3): activations unsigned
/// over the range that images show, kernels signed with a scale for each output channel. Written as QuantizeLinear and
/// DequantizeLinear around float operators, which ONNX Runtime fuses into integer ones and any other runtime can compute as they are.
/// </summary>
public static class Quantizer
{
    /// <summary>Per-channel scales are of this opset's DequantizeLinear, and of the IR version that came with it.</summary>
    private const long LeastOpset = 13, LeastIr = 7;

    /// <inheritdoc cref="Quantize(string, string, IEnumerable{OrtValue})"/>
    /// <param name="path">An exported .onnx file.</param>
    /// <param name="images">8-bit BGR, at the network's size.</param>
    public static (ModelProto Model, int Integer, int Convolutions) Quantize(string path, IEnumerable<Mat> images)
        => Quantize(path, ModelManifest.FrameInput, images.Select(Calibration.Frame));

    /// <param name="path">An .onnx file.</param>
    /// <param name="input">Name of its input.</param>
    /// <param name="frames">What it reads of each image; disposed here.</param>
    /// <returns>The quantised model with the file's own metadata, and how many of its convolutions are integer now.</returns>
    /// <exception cref="UserError">No convolution in it can become integer, or ONNX Runtime does not run what comes of it.</exception>
    public static (ModelProto Model, int Integer, int Convolutions) Quantize(string path, string input, IEnumerable<OrtValue> frames)
    {
        try
        {
            return Rewritten(path, input, frames);
        }
        catch (OnnxRuntimeException e)
        {
            throw new UserError($"{path} cannot be rewritten in 8 bits ({UserError.OneLine(e)}): simplify it first, as onnxsim does", e);
        }
    }

    /// <summary>The ranges that images show in a model of the trainer, for it to train on with them.</summary>
    /// <param name="model">Bytes of a float model.</param>
    /// <param name="frames">What it reads of each image; disposed here.</param>
    /// <returns>By names that stay the same in the training graph and in every export, see <see cref="TensorNames"/>.</returns>
    /// <exception cref="UserError">No convolution in it can become integer.</exception>
    public static IReadOnlyDictionary<string, ValueRange> Measure(byte[] model, IEnumerable<OrtValue> frames)
    {
        OnnxFile folded = Folded(model);
        QuantizedNodes chosen = Chosen(folded, "the network");
        IReadOnlyDictionary<string, string> names = TensorNames.Of(folded);
        return Calibration.Ranges(folded.Model, chosen.Measured, ModelManifest.FrameInput, frames)
            .GroupBy(r => names[r.Key], r => r.Value, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => new ValueRange(g.Min(r => r.Low), g.Max(r => r.High)), StringComparer.Ordinal);
    }

    /// <summary>The integer form of a model that was trained with these ranges.</summary>
    /// <param name="model">Bytes of the float model.</param>
    /// <param name="ranges">As <see cref="Measure"/> returned them.</param>
    /// <returns>Bytes of the quantised model, with the metadata that the float one has.</returns>
    /// <exception cref="UserError">A range is missing: the model is another.</exception>
    public static byte[] Quantize(byte[] model, IReadOnlyDictionary<string, ValueRange> ranges)
    {
        OnnxFile folded = Folded(model);
        QuantizedNodes chosen = Chosen(folded, "the network");
        return Written(folded, chosen, RangesByTensor(folded, chosen, ranges)).ToByteArray();
    }

    /// <summary>Ranges by name as ranges by a graph's own tensors.</summary>
    /// <exception cref="UserError">One is missing.</exception>
    internal static IReadOnlyDictionary<string, ValueRange> RangesByTensor(
        OnnxFile file, QuantizedNodes chosen, IReadOnlyDictionary<string, ValueRange> ranges)
    {
        IReadOnlyDictionary<string, string> names = TensorNames.Of(file);
        ValueRange Of(string tensor) => ranges.TryGetValue(names[tensor], out ValueRange range)
            ? range
            : throw new UserError($"the run has no range of {names[tensor]}: it was trained by another version, train it again");
        return chosen.Measured.ToDictionary(t => t, Of, StringComparer.Ordinal);
    }

    /// <summary>A model with constants computed.</summary>
    internal static OnnxFile Folded(byte[] model) => Folded(options => new InferenceSession(model, options));

    private static (ModelProto Model, int Integer, int Convolutions) Rewritten(string path, string input, IEnumerable<OrtValue> frames)
    {
        OnnxFile folded = Folded(path);
        QuantizedNodes chosen = Chosen(folded, path);
        ModelProto result = Written(folded, chosen, Calibration.Ranges(folded.Model, chosen.Measured, input, frames));
        return (result, chosen.Nodes.Count(IsConv), folded.Graph.Node.Count(IsConv));
    }

    /// <exception cref="UserError">The opset is too old, or there is nothing to choose.</exception>
    private static QuantizedNodes Chosen(OnnxFile folded, string path)
    {
        if (folded.Model.OpsetImport.FirstOrDefault(o => o.Domain.Length == 0) is { Version: < LeastOpset and var opset })
        {
            throw new UserError($"{path} is of ONNX's opset {opset}, 8-bit kernels need {LeastOpset}: "
                + "export it with a newer opset, or convert it with onnx.version_converter");
        }

        QuantizedNodes chosen = QuantizedNodes.Choose(folded);
        if (chosen.Nodes.Count > 0) return chosen;
        throw new UserError(
            $"{path} has no float convolution of {QuantizedNodes.FewestChannels} channels or more: it may be in 8 bits already");
    }

    private static ModelProto Written(OnnxFile folded, QuantizedNodes chosen, IReadOnlyDictionary<string, ValueRange> ranges)
    {
        ModelProto result = folded.Model.Clone();
        result.Graph = new QuantizedGraph(folded, chosen, ranges).Write();
        result.IrVersion = Math.Max(result.IrVersion, LeastIr);
        DropUnusedDomains(result);
        using SessionOptions quiet = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        new InferenceSession(result.ToByteArray(), quiet).Dispose(); // it loads
        return result;
    }

    /// <summary>The file with constants computed: kernels that are stored in fewer bits become floats again.</summary>
    private static OnnxFile Folded(string path)
    {
        OnnxFile file = OnnxFile.Read(path);
        bool isForeign = ForeignGraph.Simplify(file.Model, path);
        return Folded(options => isForeign ? new(file.Model.ToByteArray(), options) : new(path, options));
    }

    private static OnnxFile Folded(Func<SessionOptions, InferenceSession> open)
    {
        string target = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            using SessionOptions options = new()
            {
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
                GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_BASIC,
                OptimizedModelFilePath = target,
            };
            open(options).Dispose();
            return OnnxFile.Read(target);
        }
        finally
        {
            File.Delete(target);
        }
    }

    /// <summary>ONNX Runtime declares its own domains when it folds constants; the result has none of their operators.</summary>
    private static void DropUnusedDomains(ModelProto model)
    {
        HashSet<string> domains = [.. Domains(model.Graph)];
        foreach (OperatorSetIdProto unused in model.OpsetImport.Where(o => !domains.Contains(o.Domain)).ToArray())
            model.OpsetImport.Remove(unused);
    }

    private static IEnumerable<string> Domains(GraphProto graph)
        => graph.Node.Select(n => n.Domain).Concat(graph.Node.SelectMany(OnnxFile.Within).SelectMany(Domains));

    private static bool IsConv(NodeProto n) => n.OpType == "Conv";
}
