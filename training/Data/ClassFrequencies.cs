namespace RealtimeSeg.Training.Data;

/// <summary>How much of a data set each class makes up; void pixels do not count.</summary>
/// <param name="Overall">Share of all labelled pixels, by class.</param>
/// <param name="WhereShown">Share of the labelled pixels of those images that show the class; 0 for one that none shows.</param>
public sealed record ClassFrequencies(IReadOnlyList<double> Overall, IReadOnlyList<double> WhereShown);
