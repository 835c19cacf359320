namespace RealtimeSeg.Graphics;

/// <summary>How a mask becomes a matte, in views that show the foreground on another background.</summary>
/// <param name="Threshold">Probability of foreground from which a pixel belongs to it, 0–1: its matte is then a half.</param>
/// <param name="Feather">Length of an edge in pixels of the image: outwards, or inwards if negative; 0 for the matte's own.</param>
public sealed record MatteOptions(float Threshold = 0.5f, float Feather = 0);
