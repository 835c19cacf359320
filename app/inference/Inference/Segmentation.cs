using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Inference;

/// <summary>What a network made of one image. Both maps have the image's size, row by row from the top.</summary>
public sealed class Segmentation
{
    internal Segmentation(int width, int height, byte[] labels, byte[] confidence)
        => (Width, Height, Labels, Confidence) = (width, height, labels, confidence);

    /// <summary>In pixels.</summary>
    public int Width { get; }

    /// <summary>In pixels.</summary>
    public int Height { get; }

    /// <summary>
    /// [Height·Width]: each pixel's class, an index of <see cref="ModelManifest.Classes"/>, or <see cref="NetworkFrame.Unlabelled"/>.
    /// </summary>
    public byte[] Labels { get; }

    /// <summary>[Height·Width]: the probability of that class in 0–255.</summary>
    public byte[] Confidence { get; }
}
