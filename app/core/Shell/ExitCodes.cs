namespace RealtimeSeg.Core.Shell;

/// <summary>What the programs' exit codes mean, for the docs.</summary>
public static class ExitCodes
{
    /// <summary>Each with its meaning.</summary>
    public static IReadOnlyList<(string Code, string Meaning)> Rows { get; } =
    [
        ("0", "all was done, or a signal (Ctrl-C, TERM, HUP) ended the run in order, as systemd expects"),
        ($"{CommandRunner.IncompleteCode}", "something was skipped or cut short: an image that cannot be read, a broken video, one "
            + "output of several; a bench that measured fewer frames than asked for, after a signal, too"),
        ($"{CommandRunner.UserErrorCode}", "something impossible was asked for: no such file, option or value, or no output "
            + "is left to write"),
        ($"{CommandRunner.UnexpectedCode}", "a bug of the program; the message names a file to attach to a report"),
        ("128 + N", "a second signal, number N, ended the program at once"),
    ];
}
