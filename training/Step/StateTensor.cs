using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Step;

/// <summary>A tensor that lives from step to step: the input that holds it and the output that replaces it.</summary>
public sealed record StateTensor(string Name, Shape Shape, string Next)
{
    /// <summary>The parameter that it is or averages; null for an optimiser's memory, which starts at zero.</summary>
    public Parameter? Parameter { get; init; }
}
