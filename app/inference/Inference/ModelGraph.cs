using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;

namespace RealtimeSeg.Inference;

/// <summary>
/// What sessions are opened from: an .onnx file, or its graph up to the scores if the trainer made it so. ONNX Runtime runs all nodes
/// of a graph, wanted or not: labels and confidence at full size would cost a quarter of the network's time.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="upToScores">The graph without labels and confidence, or null for the file as it is.</param>
/// <param name="unpools">See <see cref="UnpoolsBySwitches"/>.</param>
internal sealed class ModelGraph(string path, byte[]? upToScores = null, bool unpools = false)
{
    /// <summary>Larger files are read by ONNX Runtime alone: a second copy costs more than the end of a slow network.</summary>
    private const long LargestCopied = 256 << 20;

    /// <summary>Whether scores are its only output.</summary>
    public bool EndsWithScores => upToScores is not null;

    /// <summary>Whether it has the operator MaxUnpool, for which no GPU provider of ONNX Runtime has a kernel.</summary>
    public bool UnpoolsBySwitches => unpools;

    /// <summary>The file's name.</summary>
    public string Name => Path.GetFileName(path);

    /// <summary>Tells this file from others and from what it held before.</summary>
    public string Identity
    {
        get
        {
            using FileStream bytes = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(bytes))[..16];
        }
    }

    /// <summary>Reads a file as far as that is needed.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static ModelGraph Of(string path)
    {
        using FileStream bytes = File.OpenRead(path);
        if (bytes.Length > LargestCopied) return new ModelGraph(path);
        bool unpools = Mentions(bytes, "MaxUnpool");
        if (!Mentions(bytes, ModelManifest.ScorePitchKey) || Parsed(path) is not { } file || !HasScores(file))
            return new ModelGraph(path, unpools: unpools);
        EndWithScores(file.Graph);
        return new ModelGraph(path, file.Model.ToByteArray(), unpools);
    }

    /// <summary>Whether the trainer made the file; one that cannot be read is not.</summary>
    public static bool IsOwn(string path)
    {
        try
        {
            return FileIdentity.Of(path) is { IsRegular: true } && Parsed(path) is { } file && HasContract(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // loading it will say what is wrong with it
        }
    }

    /// <exception cref="OnnxRuntimeException">It is not a model that can be loaded.</exception>
    public InferenceSession Open(SessionOptions options)
        => upToScores is null ? new InferenceSession(path, options) : new InferenceSession(upToScores, options);

    /// <summary>Leaves the scores as the only output, and the nodes that it needs.</summary>
    internal static void EndWithScores(GraphProto graph)
    {
        ValueInfoProto scores = graph.Output.Single(o => o.Name == ModelManifest.ScoresOutput);
        IReadOnlyList<NodeProto> needed = OnnxFile.NodesFor(graph, [scores.Name]);
        HashSet<string> read = [scores.Name, .. needed.SelectMany(n => n.Input)];
        graph.Node.Clear();
        graph.Node.AddRange(needed);
        graph.Output.Clear();
        graph.Output.Add(scores);
        foreach (TensorProto unread in graph.Initializer.Where(i => !read.Contains(i.Name)).ToArray()) graph.Initializer.Remove(unread);
    }

    /// <summary>Whether a text is somewhere in a file: other people's models are not read a second time in vain.</summary>
    private static bool Mentions(FileStream file, string text)
    {
        byte[] sought = Encoding.ASCII.GetBytes(text), block = new byte[1 << 16];
        file.Position = 0;
        int kept = 0;
        for (int read; (read = file.Read(block, kept, block.Length - kept)) > 0;)
        {
            Span<byte> there = block.AsSpan(0, kept + read);
            if (there.IndexOf(sought) >= 0) return true;
            kept = Math.Min(there.Length, sought.Length - 1); // it may lie across two blocks
            there[^kept..].CopyTo(block);
        }

        return false;
    }

    private static OnnxFile? Parsed(string path)
    {
        try
        {
            return OnnxFile.Read(path);
        }
        catch (UserError)
        {
            return null; // ONNX Runtime will say what is wrong with it
        }
    }

    private static bool HasContract(OnnxFile file)
        => file.Graph.Input.Any(i => i.Name == ModelManifest.FrameInput)
            && HasOutput(file, ModelManifest.LabelsOutput)
            && HasOutput(file, ModelManifest.ConfidenceOutput);

    private static bool HasScores(OnnxFile file)
        => HasContract(file)
            && file.Graph.Output.Count(o => o.Name == ModelManifest.ScoresOutput) == 1
            && file.Model.MetadataProps.Any(m => m is { Key: ModelManifest.ScorePitchKey, Value.Length: > 0 })
            && file.Graph.Initializer.All(i => i.DataLocation == 0); // weights in other files are found by the path of this one

    private static bool HasOutput(OnnxFile file, string name) => file.Graph.Output.Any(o => o.Name == name);
}
