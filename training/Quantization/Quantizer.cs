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

    private static (ModelProto Model, int Integer, int Convolutions) Rewritten(string path, string input, IEnumerable<OrtValue> frames)
    {
        OnnxFile folded = Folded(path);
        if (folded.Model.OpsetImport.FirstOrDefault(o => o.Domain.Length == 0) is { Version: < LeastOpset and var opset })
        {
            throw new UserError($"{path} is of ONNX's opset {opset}, 8-bit kernels need {LeastOpset}: "
                + "export it with a newer opset, or convert it with onnx.version_converter");
        }

        QuantizedNodes chosen = QuantizedNodes.Choose(folded);
        if (chosen.Nodes.Count == 0)
        {
            throw new UserError(
                $"{path} has no float convolution of {QuantizedNodes.FewestChannels} channels or more: it may be in 8 bits already");
        }

        string[] measured = [.. chosen.RangeOf.Values.Distinct(StringComparer.Ordinal)];
        IReadOnlyDictionary<string, ValueRange> ranges = Calibration.Ranges(folded.Model, measured, input, frames);
        ModelProto result = folded.Model.Clone();
        result.Graph = new QuantizedGraph(folded, chosen, ranges).Write();
        result.IrVersion = Math.Max(result.IrVersion, LeastIr);
        DropUnusedDomains(result);
        using SessionOptions quiet = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        new InferenceSession(result.ToByteArray(), quiet).Dispose(); // it loads
        return (result, chosen.Nodes.Count(IsConv), folded.Graph.Node.Count(IsConv));
    }

    /// <summary>The file with constants computed: kernels that are stored in fewer bits become floats again.</summary>
    private static OnnxFile Folded(string path)
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
            OnnxFile file = OnnxFile.Read(path);
            bool isForeign = ForeignGraph.Simplify(file.Model, path);
            using InferenceSession session = isForeign ? new(file.Model.ToByteArray(), options) : new(path, options);
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
