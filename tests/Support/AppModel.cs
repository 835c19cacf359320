using RealtimeSeg.Inference;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Networks;

namespace RealtimeSeg.Tests.Support;

/// <summary>A small real model for tests of the app: random weights, so that masks are colourful rather than right.</summary>
public sealed class AppModel : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public AppModel()
    {
        File = _folder["random.onnx"];
        Exporter.Random(NetworkNames.Parse("fcn4s", "reslite", 11), "fcn4s-reslite", 1, File);
    }

    public string File { get; }

    public Segmenter Load((int Width, int Height) size)
        => Segmenter.Load(File, new SegmenterOptions(ExecutionProviders.Cpu, Size: size), _ => { });

    public void Dispose() => _folder.Dispose();
}
