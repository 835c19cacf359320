namespace RealtimeSeg.Training.Nn;

/// <summary>How training treats a parameter.</summary>
public enum ParameterKind
{
    /// <summary>A kernel: gets gradients and weight decay.</summary>
    Weight,

    /// <summary>A bias or a batch norm scale or shift: gradients, no weight decay.</summary>
    Offset,

    /// <summary>A running mean or variance: updated by the forward pass, not by the optimiser.</summary>
    Statistic,
}
