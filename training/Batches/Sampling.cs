namespace RealtimeSeg.Training.Batches;

/// <summary>How an image of a data set becomes one of a batch.</summary>
/// <param name="ObjectCrops">Crops around one object each, instead of whole images.</param>
/// <param name="Proposals">Crops around object proposals, the best of so many per image; 0 for whole images.</param>
/// <param name="Kinds">Augmentation beyond the plain one.</param>
/// <param name="Scale">Random sizes; null for <see cref="ScaleRange.Default"/>.</param>
public sealed record Sampling(
    bool ObjectCrops = false, int Proposals = 0, AugmentationKind Kinds = AugmentationKind.None, ScaleRange? Scale = null)
{
    /// <summary>The same sampling with augmentation and sizes from the texts of the command line and run settings.</summary>
    /// <exception cref="UserError">No such augmentation or range; both kinds of crops; pasting into crops.</exception>
    public Sampling With(string augment, string scale)
    {
        AugmentationKind kinds = AugmentationNames.Parse(augment);
        if (ObjectCrops && Proposals > 0) throw new UserError("--proposals is for stage 2: --stage 1 crops around the objects themselves");
        if ((ObjectCrops || Proposals > 0) && kinds.HasFlag(AugmentationKind.Paste))
        {
            string crops = ObjectCrops ? "the crops of --stage 1" : "the crops of --proposals";
            if (augment != AugmentationNames.Strong) throw new UserError($"--augment paste: {crops} show one object each: leave it out");
            kinds &= ~AugmentationKind.Paste;
        }

        return this with { Kinds = kinds, Scale = ScaleRange.Parse(scale) };
    }
}
