using System.Numerics;
using OpenCvSharp;

namespace RealtimeSeg.Inference;

/// <summary>Where a map of scores lies under the pixels.</summary>
internal sealed class ScoreGrid
{
    /// <param name="classes">K.</param>
    /// <param name="cells">Width and height of the map of scores.</param>
    /// <param name="pixels">Width and height of the labels.</param>
    /// <param name="pitch">Pixels between two neighbouring scores.</param>
    public ScoreGrid(int classes, Size cells, Size pixels, float pitch)
    {
        (Classes, Cells) = (classes, cells);
        int group = Vector<byte>.Count;
        RowPitch = (pixels.Width + group - 1) / group * group;
        Columns = Positions(pixels.Width, cells.Width, pitch);
        Rows = Positions(pixels.Height, cells.Height, pitch);
    }

    public int Classes { get; }

    public Size Cells { get; }

    /// <summary>Length of a row of pixels in buffers: whole vectors of bytes.</summary>
    public int RowPitch { get; }

    /// <summary>Of each column of pixels, the scores that it lies between.</summary>
    public Between[] Columns { get; }

    public Between[] Rows { get; }

    private static Between[] Positions(int pixels, int cells, float pitch)
    {
        Between[] all = new Between[pixels];
        for (int i = 0; i < pixels; i++)
        {
            float at = Math.Clamp(((i + 0.5f) / pitch) - 0.5f, 0, cells - 1);
            int first = (int)at;
            all[i] = new Between(first, Math.Min(first + 1, cells - 1), at - first);
        }

        return all;
    }

    /// <summary>A place between two neighbouring scores, or on one.</summary>
    /// <param name="First">The score before it.</param>
    /// <param name="Second">The score after it, or the last one.</param>
    /// <param name="Mix">Its distance from the first: the second one's weight.</param>
    public readonly record struct Between(int First, int Second, float Mix);
}
