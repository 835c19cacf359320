using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>Encodes a video, frame by frame.</summary>
internal interface IVideoEncoder : IDisposable
{
    /// <summary>Appends the renderer's newest image.</summary>
    /// <exception cref="UserError">The encoder failed.</exception>
    void Write(Renderer renderer);

    /// <summary>Completes the video. Dispose without it abandons the video.</summary>
    /// <exception cref="UserError">The encoder failed.</exception>
    void Finish();
}
