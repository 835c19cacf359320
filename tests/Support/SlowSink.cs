using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Sinks;

namespace RealtimeSeg.Tests.Support;

/// <summary>A sink that keeps each image until so many more frames were read.</summary>
internal sealed class SlowSink(CountedSource source, int frames) : ISink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(50);

    public int Shown { get; private set; }

    public void Present(Renderer renderer, FrameSlot slot)
    {
        int until = source.Count + frames;
        if (!SpinWait.SpinUntil(() => source.Count >= until, Patience)) throw new UserError("the source stands still");
        Shown++;
    }

    public string? Finish() => null;

    public void Dispose()
    {
        // Nothing to release.
    }
}
