using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Graphics.Hud;
using RealtimeSeg.Sinks;

namespace RealtimeSeg.Tests.Support;

/// <summary>Gives sinks images that a test chooses, through the real renderer.</summary>
internal sealed class Studio : IDisposable
{
    private readonly EglContext _context = new();
    private readonly Renderer _renderer;
    private readonly FrameSlot _slot = new();

    public Studio()
    {
        RenderOptions plain = new() { Hud = HudDetail.None, Opacity = 0, Refine = false };
        _renderer = new Renderer(_context.Gl, ["a", "b"], ModelManifest.DefaultPalette(2), plain);
    }

    /// <summary>A run at 30 frames per second.</summary>
    public static SinkContext Context(bool live = false, VideoOptions? video = null, CancellationToken stop = default)
        => new(30, live, Overwrite: false, video ?? new VideoOptions(), stop, Overdue: CancellationToken.None);

    /// <summary>Noise, which takes as much room as an image can.</summary>
    public static Mat Noise(int width, int height)
    {
        Mat image = new(height, width, MatType.CV_8UC3);
        Cv2.Randu(image, Scalar.Black, Scalar.White);
        return image;
    }

    public static Mat Plain(Scalar bgr) => new(120, 160, MatType.CV_8UC3, bgr);

    /// <summary>Draws an image and gives it to a sink.</summary>
    public void Show(ISink sink, Mat image, double seconds, string? picture = null)
    {
        _slot.Picture = picture;
        Draw(image, seconds);
        sink.Present(_renderer, _slot);
    }

    /// <summary>Draws an image and gives it to all sinks.</summary>
    public void Show(SinkSet sinks, Mat image, double seconds)
    {
        Draw(image, seconds);
        sinks.Present(_renderer, _slot);
    }

    /// <summary>Draws an image; its pixels as RGBA.</summary>
    public byte[] Pixels(Mat image)
    {
        Draw(image, 0);
        return _renderer.Pixels().ToArray();
    }

    public void Dispose()
    {
        _slot.Dispose();
        _renderer.Dispose();
        _context.Dispose();
    }

    private void Draw(Mat image, double seconds)
    {
        image.CopyTo(_slot.Image);
        foreach (Mat plane in new[] { _slot.Labels, _slot.Confidence })
        {
            plane.Create(image.Size(), MatType.CV_8UC1);
            plane.SetTo(Scalar.Black);
        }

        _slot.Seconds = seconds;
        _slot[Stamp.Composited] = (long)(seconds * 1e9);
        _renderer.Upload(_slot);
        _renderer.Compose(() => throw new InvalidOperationException("there is no HUD"), 0);
    }
}
