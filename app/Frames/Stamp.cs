namespace RealtimeSeg.Frames;

/// <summary>Moments in a frame's life, in order.</summary>
public enum Stamp
{
    Requested,
    Captured,
    Dequeued,
    Fitted,
    Inferred,
    Steadied,
    Taken,
    Uploaded,
    Composited,
    Presented,
}
