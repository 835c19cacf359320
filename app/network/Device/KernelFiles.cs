using System.Collections.Concurrent;

namespace RealtimeSeg.Network.Device;

/// <summary>The texts of kernels as they lie beside the program.</summary>
internal static class KernelFiles
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "shaders");
    private static readonly ConcurrentDictionary<string, string> Known = new(StringComparer.Ordinal);

    /// <summary>A file in <c>shaders/network</c>.</summary>
    /// <exception cref="UserError">There is no such file.</exception>
    public static string Network(string name) => Read($"network/{name}");

    /// <summary>A shader of <c>shaders/passes</c> that computes, with what every kernel begins with.</summary>
    /// <exception cref="UserError">There is no such file.</exception>
    public static string Pass(string name, int groupSize)
        => $"#version 430\nlayout(local_size_x = {groupSize}) in;\n{Network("invocation.glsl")}{Read($"passes/{name}.comp")}";

    private static string Read(string name) => Known.GetOrAdd(name, static n =>
    {
        string path = Path.Combine(Folder, n);
        return File.Exists(path) ? File.ReadAllText(path) : throw new UserError($"no shader {path}: {BuildInfo.Again}");
    });
}
