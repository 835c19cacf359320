using Google.Protobuf;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Export;

/// <summary>Scores written into the manifest of a file that is there already; its graph stays as it is.</summary>
public static class ScoreRecord
{
    /// <param name="path">An exported .onnx file.</param>
    /// <param name="judgedOn">The pictures, such as "camvid val"; an earlier score on them is replaced.</param>
    /// <param name="score">In words and numbers.</param>
    /// <exception cref="UserError">Not an exported file, or it cannot be written.</exception>
    public static void Write(string path, string judgedOn, string score)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        ModelManifest manifest = ModelManifest.Parse(model.MetadataProps.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal), path);
        manifest = manifest with { Scores = new Dictionary<string, string>(manifest.Scores, StringComparer.Ordinal) { [judgedOn] = score } };
        OnnxWriter.Describe(model, manifest.ToMetadata());
        AtomicFile.Write(path, model.ToByteArray());
    }
}
