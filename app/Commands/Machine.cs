namespace RealtimeSeg.Commands;

/// <summary>The machine that the program runs on.</summary>
internal static class Machine
{
    /// <summary>The processor's name as Linux gives it.</summary>
    public static string Cpu { get; } = ReadCpu();

    /// <summary>The Wayland or X display; null if there is none.</summary>
    public static string? Display => Variable("WAYLAND_DISPLAY") ?? Variable("DISPLAY");

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static string ReadCpu()
    {
        const string Info = "/proc/cpuinfo";
        if (!File.Exists(Info)) return "unknown processor";
        string? line = File.ReadLines(Info).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? "unknown processor";
    }
}
