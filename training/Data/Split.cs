namespace RealtimeSeg.Training.Data;

/// <summary>Selects the images of a set to use.</summary>
/// <param name="Training">The part to train on, otherwise the part to validate on.</param>
/// <param name="LeaveOut">
/// CamVid only: validate on the frames whose names start with this and train on all others, from train/ and val/ alike. Null uses
/// the set's own split.
/// </param>
public sealed record Split(bool Training, string? LeaveOut = null)
{
    private const string LeaveOutPrefix = "leave-out:";

    /// <param name="text">train, val, or leave-out:DRIVE.</param>
    public static Split Parse(string text) => text switch
    {
        "train" => new Split(Training: true),
        "val" => new Split(Training: false),
        _ when text.StartsWith(LeaveOutPrefix, StringComparison.Ordinal) && text.Length > LeaveOutPrefix.Length
            => new Split(Training: false, text[LeaveOutPrefix.Length..]),
        _ => throw new UserError($"no split '{text}': choose train, val or {LeaveOutPrefix}DRIVE, such as {LeaveOutPrefix}0006R0"),
    };
}
