namespace RealtimeSeg.Training.Export;

/// <summary>Choices for an exported file.</summary>
/// <param name="Kernels">How its kernels are stored.</param>
/// <param name="UnpoolByScatter">Unpool by a scatter instead of MaxUnpool, which GPU providers lack.</param>
/// <param name="Scales">Sizes of the image whose logits are averaged, as factors; null for its own alone.</param>
public sealed record ExportForm(
    KernelStorage Kernels = KernelStorage.Float,
    bool UnpoolByScatter = false,
    IReadOnlyList<float>? Scales = null);
