namespace RealtimeSeg.Training.Batches;

/// <summary>Augmentation beyond scale, crop, flip and light, each to be chosen.</summary>
[Flags]
public enum AugmentationKind
{
    None = 0,

    /// <summary>A turn by up to ten degrees.</summary>
    Rotate = 1,

    /// <summary>A Gaussian blur: another lens, or motion.</summary>
    Blur = 2,

    /// <summary>Sensor noise.</summary>
    Noise = 4,

    /// <summary>A shift of all hues: another white balance.</summary>
    Hue = 8,

    /// <summary>A gamma curve: dusk and glare.</summary>
    Gamma = 16,

    /// <summary>A grey box whose pixels the loss ignores (DeVries and Taylor 2017).</summary>
    CutOut = 32,

    /// <summary>Objects of rare classes from other pictures (Ghiasi et al. 2021).</summary>
    Paste = 64,

    Strong = Rotate | Blur | Noise | Hue | Gamma | CutOut | Paste,
}
