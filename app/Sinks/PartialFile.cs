namespace RealtimeSeg.Sinks;

/// <summary>A file that is written over time: under a temporary name, renamed when complete, deleted otherwise.</summary>
/// <param name="path">The final name.</param>
internal sealed class PartialFile(string path) : IDisposable
{
    private bool _complete;

    /// <summary>NAME.part.EXT in the same folder; encoders choose the container by the extension.</summary>
    public string TemporaryPath { get; } = Path.Combine(
        Path.GetDirectoryName(path) ?? "", $"{Path.GetFileNameWithoutExtension(path)}.part{Path.GetExtension(path)}");

    /// <summary>Gives the file its name. It must be closed.</summary>
    public void Complete()
    {
        File.Move(TemporaryPath, path, overwrite: true);
        _complete = true;
    }

    public void Dispose()
    {
        if (!_complete) File.Delete(TemporaryPath);
    }
}
