namespace RealtimeSeg.Core.Temporal;

/// <summary>Pixels that look as they did in the frame before, and those of them whose class changed all the same.</summary>
public readonly record struct FlickerCount(long Still, long Changed)
{
    /// <summary>0–1; 0 before there is anything to compare.</summary>
    public double Share => Still == 0 ? 0 : Changed / (double)Still;

    public static FlickerCount operator +(FlickerCount a, FlickerCount b) => new(a.Still + b.Still, a.Changed + b.Changed);
}
