using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>A folder of images: every frame, under the name of the image file that it is from, or under its number.</summary>
/// <param name="folder">Where the images go.</param>
/// <param name="context">Of the run.</param>
public sealed class FolderSink(string folder, SinkContext context) : ISink
{
    private readonly ImageSeries _series = new(context);
    private readonly FolderNames _names = new(folder, context.ImageExtension);

    /// <summary>Whether a name is a folder that exists, or ends like one.</summary>
    public static bool Matches(string name)
        => !name.Contains("://", StringComparison.Ordinal) && (name.EndsWith('/') || Directory.Exists(name));

    public void Present(Renderer renderer, FrameSlot slot)
    {
        (int width, int height) = (renderer.Target!.Width, renderer.Target.Height);
        byte[] bytes = ImageCodec.Encode(renderer.Pixels(), width, height, context.ImageExtension, renderer.IsTransparent);
        (string name, bool again) = _names.Of(slot);
        _series.Add(name, bytes, again);
    }

    public string? Finish() => _series.Count == 0 ? null : _series.Describe(folder, "images");

    public void Dispose()
    {
        // Each image is complete when its call returns.
    }
}
