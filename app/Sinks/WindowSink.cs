using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>Shows images in the context's window, whose first size is the first image's.</summary>
public sealed class WindowSink(IGlContext context) : ISink
{
    private bool _sized;

    public void Present(Renderer renderer, FrameSlot slot) => Redraw(renderer);

    public void Redraw(Renderer renderer)
    {
        RenderTarget target = renderer.Target!;
        if (!_sized) context.Resize(target.Width, target.Height);
        _sized = true;
        (int width, int height) = context.WindowSize!.Value;
        target.BlitToWindow(width, height);
        context.Swap();
    }

    public string? Finish() => null;

    public void Dispose()
    {
        // The window belongs to the context.
    }
}
