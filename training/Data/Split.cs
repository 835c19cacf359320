namespace RealtimeSeg.Training.Data;

/// <summary>Which pictures of a set are meant.</summary>
/// <param name="Training">The part to learn from, or the part to be judged on.</param>
/// <param name="LeaveOut">
/// CamVid only: judge on the frames whose names start so, and learn from all others, be they of train/ or of val/. Null takes the
/// set's own split.
/// </param>
public sealed record Split(bool Training, string? LeaveOut = null)
{
    private const string LeaveOutPrefix = "leave-out:";

    /// <param name="text">train, val, or leave-out:DRIVE.</param>
    public static Split Parse(string text) => text switch
    {
        "train" => new Split(Training: true),
        "val" => new Split(Training: false),
        _ when text.StartsWith(LeaveOutPrefix, StringComparison.Ordinal) && text.Length > LeaveOutPrefix.Length => new Split(Training: false, text[LeaveOutPrefix.Length..]),
        _ => throw new UserError($"no split '{text}': choose train, val or {LeaveOutPrefix}DRIVE, such as {LeaveOutPrefix}0006R0"),
    };
}
