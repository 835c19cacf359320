namespace RealtimeSeg.Training.Data.Layouts;

/// <summary>A way in which a data set lies on a disk.</summary>
internal interface ILayout
{
    /// <summary>Whether a set without a part to validate on keeps a share of its images for that.</summary>
    bool KeepsShare { get; }

    /// <summary>Whether a folder, or a file, is of this kind.</summary>
    bool Matches(string root);

    /// <summary>Whether there are images to train on, or to validate on, by themselves.</summary>
    bool Has(string root, bool training);

    /// <summary>The images of a part, in order.</summary>
    /// <exception cref="UserError">There is no such part.</exception>
    IReadOnlyList<ImageFiles> Files(string root, bool training);

    /// <summary>How their labels are read.</summary>
    /// <param name="root">The set.</param>
    /// <param name="classes">The user's own; null for the layout's.</param>
    /// <exception cref="UserError">It cannot be told, or a list of classes does not fit.</exception>
    LabelReader Labels(string root, ClassFile? classes);

    /// <summary>Folders of images and of their labels, whose files have the same names; a check compares them.</summary>
    IEnumerable<(string Images, string Labels)> Pairs(string root) => [];
}
