namespace RealtimeSeg.Frames;

/// <summary>Moments on a frame's way, in order.</summary>
public enum Stamp
{
    /// <summary>The source was asked for it.</summary>
    Requested,

    /// <summary>Its last byte arrived; for recordings and sources that do not tell, the same as the next.</summary>
    Arrived,

    /// <summary>Its image is decoded.</summary>
    Captured,

    /// <summary>The label stage took it.</summary>
    Dequeued,

    /// <summary>Its image has the network's size.</summary>
    Fitted,

    /// <summary>It has labels.</summary>
    Inferred,

    /// <summary>Its labels are smoothed over time.</summary>
    Smoothed,

    /// <summary>The present stage took it.</summary>
    Taken,

    /// <summary>Image and labels are on the GPU.</summary>
    Uploaded,

    /// <summary>Its view is drawn.</summary>
    Composited,

    /// <summary>All sinks have it.</summary>
    Presented,
}
