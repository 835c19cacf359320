namespace RealtimeSeg.Core.Shell;

/// <summary>Where the program keeps what it can find out again (XDG Base Directory Specification).</summary>
public static class UserCache
{
    private const string Program = "realtimeseg";

    /// <summary>A file's path in the user's cache; null for users without a home.</summary>
    public static string? File(string name)
    {
        string? given = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (Path.IsPathRooted(given)) return Path.Combine(given, Program, name); // a relative one is to be ignored
        string? home = Environment.GetEnvironmentVariable("HOME");
        return string.IsNullOrEmpty(home) ? null : Path.Combine(home, ".cache", Program, name);
    }
}
