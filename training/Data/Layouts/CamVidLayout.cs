namespace RealtimeSeg.Training.Data.Layouts;

/// <summary>CamVid's folders as SegNet's authors published them: train/ and trainannot/, val/ and valannot/.</summary>
internal sealed class CamVidLayout : ILayout
{
    private static readonly bool[] Parts = [true, false];

    public bool KeepsShare => false;

    /// <summary>Whatever is in no other layout: its errors name the folders that are missing.</summary>
    public bool Matches(string root) => true;

    public bool Has(string root, bool training)
        => Directory.Exists(Images(root, training)) && Directory.Exists(Images(root, training) + "annot");

    public IReadOnlyList<ImageFiles> Files(string root, bool training)
    {
        string name = Name(training), images = Images(root, training);
        if (Has(root, training)) return DatasetLayout.WithLabels(DatasetLayout.Images(images), images + "annot");
        string use = training ? "train" : "validate";
        if (Has(root, !training)) throw new UserError($"{root} has no {name}/ and {name}annot/: nothing to {use} on");
        if (Directory.Exists(root) && DatasetLayout.Images(root).Any())
        {
            throw new UserError(
                $"{root} has images without labels, for quantize alone: '{BuildInfo.Launcher} data label' lets a model label them");
        }

        throw new UserError($"{root} is in no known layout: it needs CamVid's folders {name}/ and {name}annot/, {DatasetLayout.Others}");
    }

    public LabelReader Labels(string root, ClassFile? classes)
        => classes is null ? new StyledLabels(LabelStyle.CamVid) : new ListedLabels(classes);

    public IEnumerable<(string Images, string Labels)> Pairs(string root)
        => Parts.Where(part => Has(root, part)).Select(part => (Images(root, part), Images(root, part) + "annot"));

    private static string Images(string root, bool training) => Path.Combine(root, Name(training));

    private static string Name(bool training) => training ? "train" : "val";
}
