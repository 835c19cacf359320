using System.Collections.Concurrent;

namespace RealtimeSeg.Network.Device;

/// <summary>The texts of kernels as they lie beside the program.</summary>
internal static class KernelFiles
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "shaders", "network");
    private static readonly ConcurrentDictionary<string, string> Known = new(StringComparer.Ordinal);

    /// <exception cref="UserError">There is no such file.</exception>
    public static string Read(string name) => Known.GetOrAdd(name, static n =>
    {
        string path = Path.Combine(Folder, n);
        return File.Exists(path) ? File.ReadAllText(path) : throw new UserError($"no shader {path}: build again with ./run.sh");
    });
}
