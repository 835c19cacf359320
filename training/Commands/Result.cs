namespace RealtimeSeg.Training.Commands;

/// <summary>What <c>train reproduce</c> measured of a run: mIoU, pixel accuracy, boundary F1, and mIoU by object size.</summary>
internal sealed record Result(
    string Name, double MeanIu, double PixelAccuracy, double BoundaryF1, (double Small, double Medium, double Large) BySize)
{
    /// <summary>Of weights, order and augmentation.</summary>
    public required int Seed { get; init; }

    public required long Parameters { get; init; }

    /// <summary>Wall-clock minutes of training.</summary>
    public required double Minutes { get; init; }

    /// <summary>Of the network per image, the median.</summary>
    public required double Milliseconds { get; init; }

    /// <summary>The command that makes it.</summary>
    public required string Command { get; init; }
}
