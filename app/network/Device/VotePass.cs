using OpenCvSharp;
using RealtimeSeg.Core.Temporal;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>
/// The labels of frames from those of a network: smoothed over time, and at their place in the frame if the network reads more or less
/// than it. What <see cref="MotionMask"/>, <see cref="TemporalSmoother"/> and <see cref="FlickerMeter"/> do, in shaders.
/// </summary>
/// <param name="gl">The context.</param>
/// <param name="smooth">Strength of the smoothing, 0–1.</param>
/// <param name="groupSize">Invocations of a work group.</param>
internal sealed class VotePass(GL gl, float smooth, int groupSize) : IDisposable
{
    private readonly FramePass _moved = new(gl, "moved", groupSize), _vote = new(gl, "votes", groupSize);
    private readonly GlCounters _counters = new(gl, 2);
    private GlTexture? _labels, _confidence, _votes, _movedPixels;
    private bool _hasFrame;
    private long _still, _changed;

    /// <summary>Of the last frame.</summary>
    public GlTexture Labels => _labels!;

    public GlTexture Confidence => _confidence!;

    /// <summary>Pixels that flickered, up to the last <see cref="Collect"/>.</summary>
    public FlickerCount Flicker => new(_still, _changed);

    /// <summary>Makes textures for another size of the frame.</summary>
    public void Prepare(Size size)
    {
        DisposeTextures();
        (_labels, _confidence) = (new(gl, size, SizedInternalFormat.R8ui), new(gl, size, SizedInternalFormat.R8, linear: true));
        (_votes, _movedPixels) = (new(gl, size, SizedInternalFormat.R16ui), new(gl, size, SizedInternalFormat.R8ui));
        _hasFrame = false;
    }

    /// <summary>Takes a network's labels.</summary>
    /// <param name="labels">At the size that the network reads.</param>
    /// <param name="confidence">Likewise.</param>
    /// <param name="now">What it read.</param>
    /// <param name="before">What it read the time before; null if that has nothing to do with this frame.</param>
    /// <param name="offset">Place of the frame in what it read; negative if the frame is cropped.</param>
    public void Run(GlTexture labels, GlTexture confidence, GlTexture now, GlTexture? before, (int X, int Y) offset)
    {
        Size size = Labels.Size;
        bool follows = _hasFrame && before is not null;
        if (follows)
        {
            now.Bind(2);
            before!.Bind(3);
            _movedPixels!.BindImage(0, BufferAccessARB.WriteOnly);
            _moved.Run(size, size.Width, size.Height, offset.X, offset.Y, MotionMask.Noise);
        }

        labels.BindImage(0, BufferAccessARB.ReadOnly);
        confidence.BindImage(1, BufferAccessARB.ReadOnly);
        Labels.BindImage(2, BufferAccessARB.ReadWrite);
        Confidence.BindImage(3, BufferAccessARB.WriteOnly);
        _votes!.BindImage(4, BufferAccessARB.ReadWrite);
        _movedPixels!.BindImage(5, BufferAccessARB.ReadOnly);
        _counters.Bind();
        _vote.Run(size, size.Width, size.Height, offset.X, offset.Y, TemporalSmoother.MostVotes(smooth), follows ? 1 : 0);
        _hasFrame = true;
    }

    /// <summary>Counts from now on, and follows no frame from before.</summary>
    public void StartOver()
    {
        Collect();
        (_still, _changed, _hasFrame) = (0, 0, false);
    }

    /// <summary>Adds up what flickered. Waits for the GPU; in 32 bits, counts overflow after some thousand frames.</summary>
    public void Collect()
    {
        ReadOnlySpan<uint> counts = _counters.Take();
        _still += counts[0];
        _changed += counts[1];
    }

    public void Dispose()
    {
        DisposeTextures();
        _counters.Dispose();
        _moved.Dispose();
        _vote.Dispose();
    }

    private void DisposeTextures()
    {
        _labels?.Dispose();
        _confidence?.Dispose();
        _votes?.Dispose();
        _movedPixels?.Dispose();
    }
}
