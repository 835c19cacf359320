namespace RealtimeSeg.Training.Batches;

/// <summary>How an image of a data set becomes one of a batch.</summary>
/// <param name="ObjectCrops">Crops around one object each, instead of whole images.</param>
/// <param name="Kinds">Augmentation beyond the plain one.</param>
/// <param name="Scale">Random sizes; null for <see cref="ScaleRange.Default"/>.</param>
public sealed record Sampling(bool ObjectCrops = false, AugmentationKind Kinds = AugmentationKind.None, ScaleRange? Scale = null)
{
    /// <summary>From the texts of the command line and run settings.</summary>
    /// <exception cref="UserError">No such augmentation or range, or pasting into crops, of which each shows one object.</exception>
    public static Sampling Parse(bool objectCrops, string augment, string scale)
    {
        AugmentationKind kinds = AugmentationNames.Parse(augment);
        if (objectCrops && kinds.HasFlag(AugmentationKind.Paste))
        {
            if (augment != AugmentationNames.Strong)
                throw new UserError("--augment paste: the crops of --stage 1 show one object each: leave it out");
            kinds &= ~AugmentationKind.Paste;
        }

        return new Sampling(objectCrops, kinds, ScaleRange.Parse(scale));
    }
}
