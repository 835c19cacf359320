using Microsoft.ML.OnnxRuntime;

namespace RealtimeSeg.Inference;

/// <summary>
/// An execution provider from a library of its own, as OpenVINO's and WebGPU's come (ONNX Runtime, "Plugin Execution Provider Libraries").
/// Without a name that is looked for it is known by the one that it gives its devices.
/// </summary>
internal static class PluginProvider
{
    private const string Suffix = "ExecutionProvider";
    private static readonly Lock Registering = new();
    private static readonly HashSet<string> Registered = new(StringComparer.Ordinal);

    /// <summary>Has a provider run what it can of a session; the CPU does the rest.</summary>
    /// <param name="session">Its options.</param>
    /// <param name="name">The provider, with or without "ExecutionProvider" at its end, in any case.</param>
    /// <param name="library">The shared library.</param>
    /// <exception cref="UserError">The library cannot be loaded, or has no device here for a provider of that name.</exception>
    public static void Append(SessionOptions session, string name, string library)
    {
        Register(library);
        OrtEpDevice[] devices = [.. OrtEnv.Instance().GetEpDevices()];
        OrtEpDevice[] chosen = [.. devices.Where(d => IsCalled(d.EpName, name))];
        if (chosen.Length == 0)
        {
            string offered = string.Join(", ", devices.Select(d => d.EpName).Distinct(StringComparer.Ordinal));
            throw new UserError($"provider {name}: {library} offers no such provider on this machine; there are {offered}");
        }

        // One device: a library may list a card once for each of its drivers, and a session takes devices of one kind only.
        session.AppendExecutionProvider(OrtEnv.Instance(), [chosen[0]], new Dictionary<string, string>(StringComparer.Ordinal));
    }

    private static void Register(string library)
    {
        string path = Path.GetFullPath(library);
        if (!File.Exists(path)) throw new UserError($"--provider-library {library}: there is no such file");
        lock (Registering)
        {
            if (!Registered.Add(path)) return;
            try
            {
                OrtEnv.Instance().RegisterExecutionProviderLibrary(path, path);
            }
            catch (OnnxRuntimeException e)
            {
                Registered.Remove(path);
                const string Remedy = "name a plug-in library for ONNX Runtime, built for its version";
                throw new UserError($"--provider-library {library} cannot be loaded ({UserError.OneLine(e)}): {Remedy}", e);
            }
        }
    }

    private static bool IsCalled(string provider, string name)
        => provider.Equals(name, StringComparison.OrdinalIgnoreCase) || provider.Equals(name + Suffix, StringComparison.OrdinalIgnoreCase);
}
