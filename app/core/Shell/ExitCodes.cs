namespace RealtimeSeg.Core.Shell;

/// <summary>What the programs' exit codes mean, for the docs.</summary>
public static class ExitCodes
{
    /// <summary>Each with its meaning.</summary>
    public static IReadOnlyList<(string Code, string Meaning)> Rows { get; } =
    [
        ("0", "all was done, or a signal (Ctrl-C, TERM, HUP) ended the run in order, as systemd expects; a warning tells which figures of "
            + "a bench are then of fewer frames, or missing"),
        ($"{CommandRunner.IncompleteCode}", "something was skipped or cut short: an image that cannot be read, a broken video, one "
            + "output of several; a bench whose source ended before all frames that were asked for"),
        ($"{CommandRunner.UserErrorCode}", "something impossible was asked for: no such file, option or value, or no output "
            + "is left to write"),
        ($"{CommandRunner.UnexpectedCode}", "a bug of the program; the message names a file to attach to a report"),
        ("128 + N", "a second signal, number N, ended the program at once"),
    ];
}
