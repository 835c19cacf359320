namespace RealtimeSeg.Commands;

/// <summary>The machine that the program runs on.</summary>
internal static class Machine
{
    /// <summary>The Wayland or X display; null if there is none.</summary>
    public static string? Display => Variable("WAYLAND_DISPLAY") ?? Variable("DISPLAY");

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
