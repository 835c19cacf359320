namespace RealtimeSeg.Core.Shell;

/// <summary>
/// When a regular expression gives up. The clock runs on while a loaded machine lets other processes run: within a second, a pattern that
/// takes microseconds was given up.
/// </summary>
public static class RegexLimit
{
    public const int Milliseconds = 60_000;
}
