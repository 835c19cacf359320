namespace RealtimeSeg.Training.Export;

/// <summary>How an exported file stores its kernels, which are computed in 32 bits all the same.</summary>
public enum KernelStorage
{
    /// <summary>As they are.</summary>
    Float,

    /// <summary>As 16-bit floats: half the file.</summary>
    Half,

    /// <summary>Large ones as 8-bit integers and a factor for each output channel: a quarter of the file.</summary>
    Byte,
}

/// <summary>Choices for an exported file.</summary>
/// <param name="Kernels">How its kernels are stored.</param>
/// <param name="UnpoolByScatter">Unpool by a scatter instead of MaxUnpool, which GPU providers lack.</param>
/// <param name="Scales">Sizes of the picture whose scores are averaged, as factors; null for its own alone.</param>
public sealed record ExportForm(KernelStorage Kernels = KernelStorage.Float, bool UnpoolByScatter = false, IReadOnlyList<float>? Scales = null);
