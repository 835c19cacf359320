using System.Globalization;

namespace RealtimeSeg.Training.Data;

/// <summary>Selects the images of a set to use.</summary>
/// <param name="Training">The part to train on, otherwise the part to validate on.</param>
/// <param name="LeaveOut">
/// CamVid only: validate on the frames whose names start with this and train on all others, from train/ and val/ alike. Null uses
/// the set's own split.
/// </param>
/// <param name="Whole">Train on the part to validate on as well, once a recipe stands; scores on it then say nothing.</param>
/// <param name="Share">Of all images, by name, the part to validate on, 0 to 1; null for the set's own split.</param>
public sealed record Split(bool Training, string? LeaveOut = null, bool Whole = false, double? Share = null)
{
    /// <summary>The limit of <see cref="Share"/>.</summary>
    public static Limit<double?> ShareLimit { get; } =
        new Limit<double>(v => v is > 0 and < 1, "give the share to validate on, such as 0.2").Optional();

    /// <summary>The names of the parts that a network can be trained on, PASCAL VOC's own.</summary>
    public const string Train = "train", TrainVal = "trainval";

    private const string LeaveOutPrefix = "leave-out:";

    /// <param name="text">train, val, trainval for both, leave-out:DRIVE, or the share that a run with --split validated on.</param>
    public static Split Parse(string text) => text switch
    {
        Train => new Split(Training: true),
        TrainVal => new Split(Training: true, Whole: true),
        "val" => new Split(Training: false),
        _ when text.StartsWith(LeaveOutPrefix, StringComparison.Ordinal) && text.Length > LeaveOutPrefix.Length
            => new Split(Training: false, text[LeaveOutPrefix.Length..]),
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double share) && share is > 0 and < 1
            => new Split(Training: false, Share: share),
        _ => throw new UserError(
            $"no split '{text}': choose {Train}, val, {TrainVal}, {LeaveOutPrefix}DRIVE such as {LeaveOutPrefix}0006R0, or a share: 0.2"),
    };
}
