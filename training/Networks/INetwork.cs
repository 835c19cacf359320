using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Networks;

/// <summary>A network: one definition for training, evaluation and export.</summary>
public interface INetwork
{
    int Classes { get; }

    /// <summary>frame [N,H,W,3] uint8 BGR → scores of each class.</summary>
    NetworkOutput Forward(Layers l, Value frame);
}
