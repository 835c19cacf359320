namespace RealtimeSeg.Core.Contract;

/// <summary>Ways to bring an image to the network's size.</summary>
public enum Fit
{
    /// <summary>The network takes the image's aspect, at the area that it was trained for.</summary>
    Keep,

    /// <summary>The image takes the network's aspect.</summary>
    Stretch,

    /// <summary>The whole image within the network's size, with bars.</summary>
    Letterbox,

    /// <summary>The centre of the image fills the network's size; the rest stays unlabelled.</summary>
    Crop,
}
