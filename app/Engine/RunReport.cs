using System.Diagnostics;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Engine;

/// <summary>Managed memory up to a moment: bytes allocated and collections, counted from the start of the process.</summary>
public readonly record struct MemoryMark(long Allocated, int Gen0, int Gen2)
{
    public static MemoryMark Now() => new(GC.GetTotalAllocatedBytes(precise: true), GC.CollectionCount(0), GC.CollectionCount(2));
}

/// <summary>Measurements of a run, without its warm-up unless a member includes it.</summary>
public sealed record RunReport
{
    public required FrameStats Stats { get; init; }

    /// <summary>From the start of the program to the first frame that was shown, in ms; null if there was none.</summary>
    public double? StartMs { get; init; }

    /// <summary>Frames read from the source, warm-up included.</summary>
    public required long Read { get; init; }

    /// <summary>Frames that came and were not read because newer ones did, warm-up included.</summary>
    public long Unread { get; init; }

    /// <summary>Frames that were not shown because newer ones came, read or not.</summary>
    public required long Dropped { get; init; }

    /// <summary>Without the first frames, which allocate what all later ones use.</summary>
    public required double ManagedBytesPerFrame { get; init; }

    public required int Gen0Collections { get; init; }

    public required int Gen2Collections { get; init; }

    /// <summary>Images and masks brought to the GPU, without the panel's text.</summary>
    public required double UploadsPerFrame { get; init; }

    /// <summary>Finished images and masks brought back from it.</summary>
    public required double ReadbacksPerFrame { get; init; }

    /// <summary>Share of still pixels that changed class, warm-up included; null if it was not measured.</summary>
    public double? Flicker { get; init; }

    /// <summary>What the network read of the last frame, in pixels; null if none was shown.</summary>
    public (int Width, int Height)? NetworkSize { get; init; }

    /// <summary>OpenGL contexts that were lost.</summary>
    public int ContextLosses { get; init; }

    /// <summary>What was skipped or cut short, a line each.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>Final names of the results.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }

    public double PeakMegabytes { get; } = Process.GetCurrentProcess().PeakWorkingSet64 / 1e6;
}
