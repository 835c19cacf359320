namespace RealtimeSeg.Training.Batches;

/// <summary>Augmentation beyond random scale, crop, flip, brightness, contrast and saturation, which are always on.</summary>
[Flags]
public enum AugmentationKind
{
    None = 0,

    /// <summary>A rotation by up to ten degrees.</summary>
    Rotate = 1,

    /// <summary>A Gaussian blur, as from another lens or motion.</summary>
    Blur = 2,

    /// <summary>Sensor noise.</summary>
    Noise = 4,

    /// <summary>A shift of all hues, as from another white balance.</summary>
    Hue = 8,

    /// <summary>A gamma curve, as at dusk or in glare.</summary>
    Gamma = 16,

    /// <summary>A grey box whose pixels the loss ignores (DeVries and Taylor 2017).</summary>
    CutOut = 32,

    /// <summary>Objects of rare classes from other images (Ghiasi et al. 2021).</summary>
    Paste = 64,

    Strong = Rotate | Blur | Noise | Hue | Gamma | CutOut | Paste,
}
