namespace RealtimeSeg.Network.Steps;

/// <summary>How a second operand lies over a map.</summary>
public enum Spread
{
    /// <summary>A number for each element.</summary>
    Full,

    /// <summary>A number for each channel, the same in all cells.</summary>
    Channel,

    /// <summary>A number for each cell, the same in all channels.</summary>
    Cell,

    /// <summary>One number.</summary>
    Single,
}
