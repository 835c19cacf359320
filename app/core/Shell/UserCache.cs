namespace RealtimeSeg.Core.Shell;

/// <summary>Where the program keeps what it can find out again (XDG Base Directory Specification).</summary>
public static class UserCache
{
    private const string Program = "realtimeseg";

    /// <summary>The program's folder in the user's cache; null for users without a home.</summary>
    public static string? Folder
    {
        get
        {
            string? given = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (Path.IsPathRooted(given)) return Path.Combine(given, Program); // a relative one is to be ignored
            string? home = Environment.GetEnvironmentVariable("HOME");
            return string.IsNullOrEmpty(home) ? null : Path.Combine(home, ".cache", Program);
        }
    }

    /// <summary>What is kept, for the docs: names within the folder.</summary>
    public static IReadOnlyList<(string Name, string What)> Contents { get; } =
    [
        ("precision.json", "which file of a network in floats and in integers is faster (--precision auto)"),
        ("provider.json", "whether shaders or the CPU are faster (--provider auto)"),
        ("tiles.json", "how many results at once shaders work on, by card (measured on the first frames of --provider gl)"),
        ("refused-shaders/", "texts of shaders that the driver refused, for the line numbers in its messages"),
        ("tensorrt/", "TensorRT's engines and times, by card, model and size"),
    ];

    /// <summary>A file's path in that folder; null for users without a home.</summary>
    public static string? File(string name) => Folder is { } folder ? Path.Combine(folder, name) : null;
}
