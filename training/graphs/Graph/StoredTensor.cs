namespace RealtimeSeg.Training.Graph;

/// <summary>A value that the file contains.</summary>
/// <param name="Value">Its name, type and shape.</param>
/// <param name="Data">Its elements, row by row, little-endian.</param>
public sealed record StoredTensor(Value Value, byte[] Data);
