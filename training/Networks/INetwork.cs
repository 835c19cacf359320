using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Networks;

/// <summary>A network: one definition for training, evaluation and export.</summary>
public interface INetwork
{
    /// <summary>K.</summary>
    int Classes { get; }

    /// <summary>Adds the network to a graph: frame [N,H,W,3] uint8 BGR → logits of each class.</summary>
    NetworkOutput Forward(Layers l, Value frame);
}
