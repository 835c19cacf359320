namespace RealtimeSeg.Core.Shell;

/// <summary>The processor as Linux describes it.</summary>
public static class Processor
{
    private const string Info = "/proc/cpuinfo";

    private static readonly string[] First = File.Exists(Info) ? [.. File.ReadLines(Info).TakeWhile(l => l.Length > 0)] : [];

    /// <summary>Its name.</summary>
    public static string Name { get; } = Of("model name") ?? "unknown processor";

    /// <summary>Its extensions, such as avx512_vnni: processors of one name may differ in them, above all virtual ones.</summary>
    public static string Extensions { get; } = Of("flags") ?? Of("Features") ?? "";

    private static string? Of(string field)
    {
        string? line = Array.Find(First, l => l.StartsWith(field, StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
