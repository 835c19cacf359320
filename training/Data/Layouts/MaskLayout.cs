namespace RealtimeSeg.Training.Data.Layouts;

/// <summary>images/ and masks/ side by side: black and white, or what a class file lists.</summary>
internal sealed class MaskLayout : ILayout
{
    private const string ImageFolder = "images", MaskFolder = "masks";

    public bool KeepsShare => true;

    public bool Matches(string root) => Directory.Exists(Path.Combine(root, MaskFolder));

    public bool Has(string root, bool training) => training;

    public IReadOnlyList<ImageFiles> Files(string root, bool training)
        => DatasetLayout.WithLabels(DatasetLayout.Images(Path.Combine(root, ImageFolder)), Path.Combine(root, MaskFolder));

    public LabelReader Labels(string root, ClassFile? classes)
        => classes is null ? new StyledLabels(LabelStyle.Binary) : new ListedLabels(classes);

    public IEnumerable<(string Images, string Labels)> Pairs(string root)
        => [(Path.Combine(root, ImageFolder), Path.Combine(root, MaskFolder))];
}
