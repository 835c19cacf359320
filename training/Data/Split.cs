namespace RealtimeSeg.Training.Data;

/// <summary>Selects the images of a set to use.</summary>
/// <param name="Training">The part to train on, otherwise the part to validate on.</param>
/// <param name="LeaveOut">
/// CamVid only: validate on the frames whose names start with this and train on all others, from train/ and val/ alike. Null uses
/// the set's own split.
/// </param>
/// <param name="Whole">Train on the part to validate on as well, once a recipe stands; scores on it then say nothing.</param>
public sealed record Split(bool Training, string? LeaveOut = null, bool Whole = false)
{
    /// <summary>The names of the parts that a network can be trained on, PASCAL VOC's own.</summary>
    public const string Train = "train", TrainVal = "trainval";

    private const string LeaveOutPrefix = "leave-out:";

    /// <param name="text">train, val, trainval for both, or leave-out:DRIVE.</param>
    public static Split Parse(string text) => text switch
    {
        Train => new Split(Training: true),
        TrainVal => new Split(Training: true, Whole: true),
        "val" => new Split(Training: false),
        _ when text.StartsWith(LeaveOutPrefix, StringComparison.Ordinal) && text.Length > LeaveOutPrefix.Length
            => new Split(Training: false, text[LeaveOutPrefix.Length..]),
        _ => throw new UserError(
            $"no split '{text}': choose {Train}, val, {TrainVal} or {LeaveOutPrefix}DRIVE, such as {LeaveOutPrefix}0006R0"),
    };
}
