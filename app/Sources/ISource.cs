using OpenCvSharp;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Sources;

/// <summary>A source of frames. Read by one thread.</summary>
public interface ISource : IDisposable
{
    /// <summary>Its name in messages.</summary>
    string Name { get; }

    /// <summary>Its own rate in frames per second; 0 if it has none.</summary>
    double FramesPerSecond { get; }

    /// <summary>The rate to reckon with: its own, or 30 where it has none.</summary>
    double UsualRate => FramesPerSecond > 0 ? FramesPerSecond : 30;

    /// <summary>Whether frames arrive by themselves; otherwise the reader decides when to take the next one.</summary>
    bool IsLive { get; }

    /// <summary>Whether its frames follow one another, as in a video; false for images that have nothing to do with each other.</summary>
    bool IsSequence => true;

    /// <summary>What is wrong at the moment, in one word for the HUD; null if nothing is. Read from any thread.</summary>
    string? Status { get; }

    /// <summary>
    /// Name of the image file that the frame read last is from, within what the source reads; null if frames are no files of their own.
    /// </summary>
    string? Picture => null;

    /// <summary>How many image files it reads; null if frames are no files of their own.</summary>
    int? Pictures => null;

    /// <summary>Frames that came but were never read, because a newer one came. Read from any thread.</summary>
    long Skipped => 0;

    /// <summary>When the frame that was read last was taken.</summary>
    FrameTiming Timing { get; }

    /// <summary>Reads the next frame, 8-bit BGR, into <paramref name="image"/>, reusing its buffer. False at the end.</summary>
    bool Read(Mat image);

    /// <summary>Jumps by a number of seconds, back if negative; false if that is impossible. Called by the reading thread.</summary>
    bool Seek(double seconds) => false;

    /// <summary>What it skipped or cut short so far, a line each: a run with any ends with exit code 1.</summary>
    IReadOnlyList<string> Problems => [];
}
