using System.Collections.Concurrent;

namespace RealtimeSeg.Network.Device;

/// <summary>The texts of kernels, which this assembly contains: whoever has it has them, in a release as in a package.</summary>
internal static class KernelFiles
{
    private static readonly ConcurrentDictionary<string, string> Known = new(StringComparer.Ordinal);

    /// <summary>A file in <c>shaders/network</c>.</summary>
    /// <exception cref="InvalidOperationException">There was no such file when this was built.</exception>
    public static string Network(string name) => Read($"network/{name}");

    /// <summary>A kernel's name for messages: its file within <c>shaders</c>, or its own if it is written for a network.</summary>
    public static string NameOf(string kernel)
        => typeof(KernelFiles).Assembly.GetManifestResourceInfo($"network/{kernel}.glsl") is null ? kernel : $"network/{kernel}.glsl";

    /// <summary>A shader of <c>shaders/passes</c> that computes, with what every kernel begins with.</summary>
    /// <exception cref="InvalidOperationException">There was no such file when this was built.</exception>
    public static string Pass(string name, int groupSize)
        => $"#version 430\nlayout(local_size_x = {groupSize}) in;\n{Network("invocation.glsl")}{Read($"passes/{name}.comp")}";

    private static string Read(string name) => Known.GetOrAdd(name, static n =>
    {
        using Stream text = typeof(KernelFiles).Assembly.GetManifestResourceStream(n)
            ?? throw new InvalidOperationException($"no kernel shaders/{n}");
        using StreamReader reader = new(text);
        return reader.ReadToEnd();
    });
}
