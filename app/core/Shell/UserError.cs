namespace RealtimeSeg.Core.Shell;

/// <summary>
/// Something outside the program that the user can fix: no camera, a broken file, an unknown class. The message is one line that names
/// the thing and the remedy; <see cref="CommandRunner"/> prints it and exits with 2. A programmer's mistake throws anything else.
/// </summary>
public sealed class UserError : Exception
{
    public UserError(string message) : base(message) { }

    public UserError(string message, Exception? inner) : base(message, inner) { }

    /// <summary>A file or folder that cannot be written.</summary>
    public static UserError CannotWrite(string path, Exception e)
        => new($"cannot write {path} ({OneLine(e)}): choose a folder you may write to", e);

    /// <summary>The report of a lower layer on one line, without a trailing full stop.</summary>
    public static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ").Trim().TrimEnd('.');
}
