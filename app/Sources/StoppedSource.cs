using OpenCvSharp;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Sources;

/// <summary>What is left of a source if the run was stopped while it was being opened: no frame.</summary>
internal sealed class StoppedSource(string name) : ISource
{
    public string Name => name;

    public double FramesPerSecond => 0;

    public bool IsLive => false;

    public string? Status => null;

    public FrameTiming Timing => default;

    public bool Read(Mat image) => false;

    public void Dispose()
    {
        // It holds nothing.
    }
}
