using OpenCvSharp;

namespace RealtimeSeg.Training.Data;

/// <summary>A picture (8-bit BGR) and its labels (8-bit, one channel, same size; values from the number of classes on are ignored).</summary>
public readonly record struct Sample(Mat Image, Mat Labels);

/// <summary>Pictures with labels, in a fixed order. What <see cref="Load"/> returns belongs to the data set; callers do not dispose or change it.</summary>
public interface IDataset
{
    /// <summary>What to call it in messages and manifests.</summary>
    string Name { get; }

    IReadOnlyList<string> ClassNames { get; }

    int Count { get; }

    /// <summary>Must be callable from several threads.</summary>
    /// <exception cref="UserError">A file is missing, unreadable or does not fit its label.</exception>
    Sample Load(int index);
}
