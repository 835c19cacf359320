using System.Diagnostics;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Engine;

/// <summary>Managed memory since a moment: bytes allocated and collections.</summary>
public readonly record struct MemoryMark(long Allocated, int Gen0, int Gen2)
{
    public static MemoryMark Now() => new(GC.GetTotalAllocatedBytes(precise: true), GC.CollectionCount(0), GC.CollectionCount(2));
}

/// <summary>What a run measured, after its warm-up.</summary>
public sealed record RunReport
{
    public required FrameStats Stats { get; init; }

    /// <summary>Frames read from the source, warm-up included.</summary>
    public required long Read { get; init; }

    public required long Dropped { get; init; }

    public required double ManagedBytesPerFrame { get; init; }

    public required int Gen0Collections { get; init; }

    public required int Gen2Collections { get; init; }

    /// <summary>Share of pixels that changed class where the picture did not change, warm-up included; null where it was not measured.</summary>
    public double? Flicker { get; init; }

    /// <summary>Frames that kept the mask of an earlier one, warm-up included.</summary>
    public long Skipped { get; init; }

    /// <summary>Working size that the network ended on, where it was chosen to keep up a frame rate; null where it was fixed.</summary>
    public (int Width, int Height)? NetworkSize { get; init; }

    /// <summary>How the source ended, if not well.</summary>
    public string? EndNote { get; init; }

    /// <summary>Results under their final names.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }

    public double PeakMegabytes { get; } = Process.GetCurrentProcess().PeakWorkingSet64 / 1e6;
}
