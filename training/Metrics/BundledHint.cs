namespace RealtimeSeg.Training.Metrics;

/// <summary>The app's commands take models that come with it by their names, the trainer's by their files.</summary>
internal static class BundledHint
{
    private static readonly string[] Folders = ["models", Path.Combine(AppContext.BaseDirectory, "models")];

    /// <summary>The file that was probably meant, for a message that begins with "no file NAME"; empty if there is none.</summary>
    public static string Of(string name)
    {
        string? file = Folders.Select(f => Path.Combine(f, $"{name}.onnx")).FirstOrDefault(File.Exists);
        return file is null ? "" : $" (did you mean {file}?)";
    }
}
