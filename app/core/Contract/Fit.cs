namespace RealtimeSeg.Core.Contract;

/// <summary>How a picture is brought to the network's size.</summary>
public enum Fit
{
    /// <summary>The network takes the picture's aspect, at the area that it was trained for.</summary>
    Keep,

    /// <summary>The picture takes the network's aspect.</summary>
    Stretch,

    /// <summary>The whole picture within the network's size, with bars.</summary>
    Letterbox,

    /// <summary>The middle of the picture fills the network's size; the rest has no label.</summary>
    Crop,
}
