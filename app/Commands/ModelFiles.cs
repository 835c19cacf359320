namespace RealtimeSeg.Commands;

/// <summary>The model that a command line names, together with the others in its folder, which M goes through.</summary>
/// <param name="All">The .onnx files.</param>
/// <param name="First">Index of the one that is named, or of the first if the folder is.</param>
internal sealed record ModelFiles(IReadOnlyList<string> All, int First)
{
    /// <exception cref="UserError">It is a folder without models.</exception>
    public static ModelFiles Of(string model)
    {
        bool isFolder = Directory.Exists(model);
        string? folder = isFolder ? model : Path.GetDirectoryName(Path.GetFullPath(model));
        string[] files = Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.onnx").Order(StringComparer.Ordinal)] : [];
        if (isFolder && files.Length == 0) throw new UserError($"no model in {model}: it needs .onnx files");
        int first = isFolder ? 0 : Array.IndexOf(files, Path.Combine(folder!, Path.GetFileName(model)));
        return first < 0 ? new ModelFiles([model], 0) : new ModelFiles(files, first);
    }
}
