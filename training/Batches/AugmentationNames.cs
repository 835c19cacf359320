namespace RealtimeSeg.Training.Batches;

/// <summary>The names that the command line uses.</summary>
public static class AugmentationNames
{
    private const string Plain = "plain";
    public const string Help = "plain; strong for all of rotate, blur, noise, hue, gamma, cutout, paste; or some of them, with commas";

    /// <exception cref="UserError">No such augmentation.</exception>
    public static AugmentationKind Parse(string text)
    {
        if (text == Plain) return AugmentationKind.None;
        AugmentationKind all = AugmentationKind.None;
        foreach (string name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Enum.TryParse(name, ignoreCase: true, out AugmentationKind one) || int.TryParse(name, out _)) throw new UserError($"no augmentation '{name}': choose {Help}");
            all |= one;
        }

        return all;
    }
}
