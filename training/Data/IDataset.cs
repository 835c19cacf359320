using OpenCvSharp;

namespace RealtimeSeg.Training.Data;

/// <summary>An image with its labels.</summary>
/// <param name="Image">8-bit BGR.</param>
/// <param name="Labels">8-bit, one channel, of the same size; values that are no class are ignored.</param>
/// <param name="Name">The image's file without its folder; empty for what has none.</param>
public readonly record struct Sample(Mat Image, Mat Labels, string Name = "");

/// <summary>
/// Images with labels, in a fixed order. What <see cref="Load"/> returns belongs to the data set: callers neither dispose nor
/// change it.
/// </summary>
public interface IDataset
{
    /// <summary>What to call it in messages and manifests.</summary>
    string Name { get; }

    /// <summary>By label value.</summary>
    IReadOnlyList<string> ClassNames { get; }

    int Count { get; }

    /// <summary>Whether labels can be a class at all: a class map may leave out what others find.</summary>
    bool CanShow(int label) => true;

    /// <summary>Can be called from several threads.</summary>
    /// <exception cref="UserError">A file is missing or unreadable, or image and labels do not fit.</exception>
    Sample Load(int index);
}
