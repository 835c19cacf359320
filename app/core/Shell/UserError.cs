namespace RealtimeSeg.Core.Shell;

/// <summary>
/// Something outside the program that the user can fix: no camera, a broken file, an unknown class. The message is one line that names
/// the thing and the remedy; <see cref="CommandRunner"/> prints it and exits with 2. A programmer's mistake throws anything else.
/// </summary>
public sealed class UserError : Exception
{
    public UserError(string message) : this(message, null) { }

    /// <param name="message">One line; secrets in its addresses and control characters are left out.</param>
    /// <param name="inner">What was thrown, if anything was.</param>
    public UserError(string message, Exception? inner) : base(PlainText.Of(message), inner) { }

    /// <summary>A file or folder that cannot be written.</summary>
    public static UserError CannotWrite(string path, Exception e)
    {
        string remedy = "choose a folder you may write to";
        if (Disk.IsFull(e)) remedy = $"the disk at {Disk.MountPointOf(path) ?? path} is full; make room there, or choose another";
        return new($"cannot write {path} ({OneLine(e)}): {remedy}", e);
    }

    /// <summary>Something that cannot be written for another reason than its folder.</summary>
    /// <param name="path">The file, folder or address.</param>
    /// <param name="why">The reason, and the remedy if there is one.</param>
    /// <param name="inner">What was thrown, if anything was.</param>
    public static UserError CannotWrite(string path, string why, Exception? inner = null)
        => new($"cannot write {path}: {why}", inner);

    /// <summary>The report of a lower layer on one line, without a trailing full stop.</summary>
    public static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ").Trim().TrimEnd('.');
}
