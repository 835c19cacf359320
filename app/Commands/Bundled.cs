using RealtimeSeg.Inference;

namespace RealtimeSeg.Commands;

/// <summary>Files that come with the program.</summary>
internal static class Bundled
{
    /// <summary>A clip to replay.</summary>
    public static string Sample { get; } = Path.Combine(AppContext.BaseDirectory, "Assets", "street.mp4");

    public static string Models { get; } = Path.Combine(AppContext.BaseDirectory, "models");

    /// <summary>The default model: in integers for a CPU; GPU providers want floats.</summary>
    public static string Model { get; } = Path.Combine(Models, ExecutionProviders.GpuBuild ? "street.onnx" : "street-int8.onnx");
}
