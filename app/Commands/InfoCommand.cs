using System.CommandLine;
using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Inference;
using RealtimeSeg.Network.Graphs;

namespace RealtimeSeg.Commands;

/// <summary><c>info MODEL</c>: what a model takes, gives and was made from, and what can run it.</summary>
internal static class InfoCommand
{
    private const int Indent = 13;

    public static Command Create()
    {
        Argument<string> model = new("model") { Description = "An .onnx file, or the name of a bundled model" };
        const string Help = "Tell what a model takes and gives, its classes, recipe, scores and cost, and what can run it.";
        Command command = new("info", Help) { model };
        OptionTable<PipelineSettings> reading = new(new PipelineSettings { Source = "" }, PipelineRows.OfFile);
        reading.AddTo(command);
        command.SetAction(parsed =>
        {
            SegmenterOptions options = reading.Read(parsed).Segmenter with { Provider = ExecutionProviders.Cpu };
            string path = Bundled.ModelOf(parsed.GetValue(model)!);
            if (!File.Exists(path)) throw new UserError($"no file {path}: name an .onnx file, or a model that 'models' lists");
            foreach ((string name, string text) in Known(path, options)) Print(name, text);
            return 0;
        });
        return command;
    }

    /// <summary>All of a model that can be run; of one that leaves something open, what its file has.</summary>
    /// <exception cref="UserError">There is no such file, or none of a model.</exception>
    private static IReadOnlyList<(string Name, string Text)> Known(string path, SegmenterOptions options)
    {
        try
        {
            return [.. Facts(path, options)];
        }
        catch (UserError e) when (File.Exists(path) && !FileIdentity.IsSpecial(path) && !ModelGraph.IsOwn(path))
        {
            OnnxFile file = OnnxFile.Read(path);
            (string, string)[] remedy = [("runs on", "nothing as it is"), ("to run it", e.Message)];
            return [FileOf(path), .. Tensors(file), ("operators", Operators(file)), .. remedy];
        }
    }

    private static (string Name, string Text) FileOf(string path) => ("file", Text($"{path}, {new FileInfo(path).Length / 1e6:F1} MB"));

    private static IEnumerable<(string Name, string Text)> Tensors(OnnxFile file)
        => [.. Inputs(file).Select(i => ("input", Described(i))), .. file.Graph.Output.Select(o => ("output", Described(o)))];

    private static IEnumerable<(string Name, string Text)> Facts(string path, SegmenterOptions options)
    {
        List<string> told = [];
        using Segmenter model = Segmenter.Load(path, options, told.Add);
        OnnxFile file = OnnxFile.Read(path);
        ModelManifest m = model.Manifest;
        bool isOwn = ModelGraph.IsOwn(path);
        string sizes = model.TakesOneSize ? "no other" : "others by --size";
        yield return FileOf(path);
        yield return ("network", isOwn ? Text($"{m.Network}, {m.Parameters / 1e6:F2} M parameters") : string.Join("; ", told));
        foreach ((string Name, string Text) tensor in Tensors(file)) yield return tensor;
        yield return ("size", Text($"{m.Size.Width}×{m.Size.Height}, {sizes}; fit {m.Fit}").ToLowerInvariant());
        yield return ("classes", string.Join(", ", m.Classes.Zip(m.Palette, (name, color) => $"{name} #{color:X6}")));
        yield return ("operators", Operators(file));
        (string? cost, string gl) = Planned(path, m, options);
        if (cost is not null) yield return ("cost", cost);
        yield return ("runs on", $"cpu; {gl}; {OnCards(path)}");
        if (m.Data.Length > 0) yield return ("trained on", $"{m.Data}{(m.Date.Length > 0 ? $", {m.Date}" : "")}, commit {m.Commit}");
        foreach ((string images, string score) in m.Scores) yield return ("score", $"{images}: {score}");
        if (m.Scores.Count == 0 && m.MeanIu is { } iu) yield return ("score", Text($"mIoU {iu:F3} when it was trained"));
        foreach (string line in m.Recipe) yield return ("recipe", line);
    }

    private static IEnumerable<ValueInfoProto> Inputs(OnnxFile file) => file.Graph.Input.Where(i => !file.IsStored(i.Name));

    private static string Described(ValueInfoProto value)
    {
        TypeProto.Types.Tensor? tensor = value.Type?.TensorType;
        if (tensor is null) return value.Name;
        string type = ((ElementType)tensor.ElemType).ToString().ToLowerInvariant();
        IEnumerable<string> sides = tensor.Shape?.Dim.Select(Side) ?? [];
        return $"{value.Name}: {type} [{string.Join(", ", sides)}]";
    }

    private static string Side(TensorShapeProto.Types.Dimension d)
    {
        if (d.DimParam.Length > 0) return d.DimParam;
        return d.DimValue > 0 ? Text($"{d.DimValue}") : "?";
    }

    private static string Operators(OnnxFile file) => string.Join(", ", file.Graph.Node
        .Where(n => !OnnxFile.IsConstant(n))
        .GroupBy(n => n.OpType, StringComparer.Ordinal)
        .OrderByDescending(g => g.Count())
        .Select(g => $"{g.Count()} {g.Key}"));

    /// <summary>What a frame of the model's size costs, null if that is not known, and whether shaders run it.</summary>
    private static (string? Cost, string Gl) Planned(string path, ModelManifest m, SegmenterOptions options)
    {
        try
        {
            using Segmenter shaders = Segmenter.Load(path, options with { Provider = ExecutionProviders.Gl }, _ => { });
            NetworkPlan plan = shaders.Shaders!.Plan(new Size(m.Size.Width, m.Size.Height));
            double operations = plan.Steps.Sum(s => s.Flops);
            return (Text($"{operations / 1e9:F2} GFLOP a frame of that size (a multiplication and an addition are two)"), "gl");
        }
        catch (UserError e)
        {
            return (null, $"gl not ({e.Message})");
        }
    }

    private static string OnCards(string path)
        => $"cuda and tensorrt in a build for them{(ModelGraph.Of(path).UnpoolsBySwitches ? ", but for MaxUnpool" : "")}";

    /// <summary>A fact in lines of a terminal's width, later ones indented.</summary>
    private static void Print(string name, string text)
    {
        string line = name.PadRight(Indent) + PlainText.Of(text);
        foreach (string part in Terminal.Wrapped(line, Terminal.Usual, Indent)) Console.WriteLine(part);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
