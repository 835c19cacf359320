namespace RealtimeSeg.Commands;

/// <summary>Files that come with the program.</summary>
internal static class Bundled
{
    /// <summary>A clip to replay.</summary>
    public static string Sample { get; } = Path.Combine(AppContext.BaseDirectory, "Assets", "street.mp4");

    public static string Models { get; } = Path.Combine(AppContext.BaseDirectory, "models");

    /// <summary>The default model; which of its two files is used depends on the machine.</summary>
    public static string Model { get; } = Path.Combine(Models, "street-int8.onnx");
}
