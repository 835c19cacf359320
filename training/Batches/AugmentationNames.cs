namespace RealtimeSeg.Training.Batches;

/// <summary>Augmentation by the names that the command line and run settings use.</summary>
public static class AugmentationNames
{
    public const string Plain = "plain", Strong = "strong";
    public const string Help = "plain; strong for all of rotate, blur, noise, hue, gamma, cutout, paste; or some of them, with commas";

    /// <param name="text">plain, strong, or names with commas between them.</param>
    /// <exception cref="UserError">No such augmentation.</exception>
    public static AugmentationKind Parse(string text)
    {
        if (text == Plain) return AugmentationKind.None;
        AugmentationKind all = AugmentationKind.None;
        foreach (string name in Core.Shell.Parse.List(text))
        {
            if (!Enum.TryParse(name, ignoreCase: true, out AugmentationKind one) || int.TryParse(name, out _))
                throw new UserError($"no augmentation '{name}': choose {Help}");
            all |= one;
        }

        return all;
    }
}
