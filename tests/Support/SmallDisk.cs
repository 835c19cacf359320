using Xunit;

namespace RealtimeSeg.Tests.Support;

/// <summary>A small file system, to be filled.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Skips the test where none can be mounted.</summary>
    public SmallDisk(int megabytes = 0, long kilobytes = 0)
    {
        Directory.CreateDirectory(Path);
        string size = $"size={(megabytes * 1024) + kilobytes}k";
        (int Code, string, string)? mounted = Cli.Try("mount", "-t", "tmpfs", "-o", size, "none", Path);
        if (mounted is { Code: 0 }) return;
        _folder.Dispose();
        Skip.If(true, "mounting a small disk needs root");
    }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    private string Path => _folder["small"];

    public void Dispose()
    {
        Cli.Try("umount", Path);
        _folder.Dispose();
    }
}
