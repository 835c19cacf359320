using OpenCvSharp;

namespace RealtimeSeg.Sources;

/// <summary>Where frames come from. Read by one thread.</summary>
public interface ISource : IDisposable
{
    /// <summary>What to call it in messages.</summary>
    string Name { get; }

    /// <summary>Its own pace in frames a second; 0 where it has none.</summary>
    double FramesPerSecond { get; }

    /// <summary>Frames come when they come; otherwise the reader decides when it wants the next.</summary>
    bool IsLive { get; }

    /// <summary>What is wrong at the moment, in a word for the HUD; null when nothing is. Read from any thread.</summary>
    string? Status { get; }

    /// <summary>Puts the next frame, 8-bit BGR, into <paramref name="image"/>, whose buffer is reused. False at the end.</summary>
    bool Read(Mat image);

    /// <summary>Jumps by so many seconds, back if negative; false where that cannot be done. Called by the thread that reads.</summary>
    bool Seek(double seconds) => false;

    /// <summary>After the end: what the user should know about how it ended; null for an ordinary end.</summary>
    /// <param name="frames">Frames read.</param>
    string? EndNote(long frames);
}
