using Google.Protobuf;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Export;

/// <summary>Scores written into the manifest of an existing file; its graph stays as it is.</summary>
public static class ScoreRecord
{
    /// <param name="path">An exported .onnx file.</param>
    /// <param name="evaluatedOn">The images, such as "camvid val"; an earlier score on them is replaced.</param>
    /// <param name="score">In words and numbers.</param>
    /// <exception cref="UserError">Not an exported file, or it cannot be written.</exception>
    public static void Write(string path, string evaluatedOn, string score)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        Dictionary<string, string> metadata = model.MetadataProps.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
        ModelManifest manifest = ModelManifest.Parse(metadata, path);
        Dictionary<string, string> scores = new(manifest.Scores, StringComparer.Ordinal) { [evaluatedOn] = score };
        OnnxWriter.Describe(model, (manifest with { Scores = scores }).ToMetadata());
        AtomicFile.Write(path, model.ToByteArray());
    }
}
