using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Frames;

/// <summary>A model bound to one slot's buffers for frames of one geometry. Kept from frame to frame; disposed with the slot.</summary>
public interface ISlotBinding : IDisposable
{
    /// <summary>The model that is bound.</summary>
    IFrameModel Model { get; }

    /// <summary>Sizes that the slot's buffers have.</summary>
    FrameGeometry Geometry { get; }

    /// <summary>Scales the slot's image to the size that the network reads.</summary>
    void Fit();

    /// <summary>Runs the network: fills the slot's labels and confidence from its fitted image.</summary>
    void Infer();
}
