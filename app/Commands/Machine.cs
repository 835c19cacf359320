namespace RealtimeSeg.Commands;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    /// <summary>The processor's name as Linux gives it.</summary>
    public static string Cpu { get; } = ReadCpu();

    private static string ReadCpu()
    {
        const string Info = "/proc/cpuinfo";
        if (!File.Exists(Info)) return "unknown processor";
        string? line = File.ReadLines(Info).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? "unknown processor";
    }
}
