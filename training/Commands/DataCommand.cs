using System.CommandLine;

namespace RealtimeSeg.Training.Commands;

/// <summary><c>data</c>: make a sample, look at augmentation, and check a data set before training on it.</summary>
internal static class DataCommand
{
    public static Command Create()
        => new("data", "Make and look at data.")
        {
            DataSample.Create(), DataPreview.Create(), DataCheck.Create(), DataLabel.Create(),
        };

    /// <summary>The argument that names a data set.</summary>
    public static Argument<string> Place() => new("data") { Description = "A folder in one of the known layouts, or synth" };
}
