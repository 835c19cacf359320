using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Training.Networks;

/// <summary>What can be chosen of a body besides its name.</summary>
/// <param name="Input">The scaling of its input; null for its own, which for a file is ImageNet's.</param>
/// <param name="Features">The tensor of a file that the body ends with; null for the file's last feature map.</param>
/// <param name="Neck"><see cref="NoNeck"/>, or <see cref="PyramidNeck"/> between the body and the class layers.</param>
/// <param name="OutputStride">The stride at which the body of a file ends: 8, 16 or 32; null for its own.</param>
/// <param name="Untrained">Random weights in place of the file's, see <see cref="Classifiers.Classifier.Untrained"/>.</param>
public sealed record BodyChoice(
    InputScaling? Input = null,
    string? Features = null,
    string Neck = BodyChoice.NoNeck,
    int? OutputStride = null,
    bool Untrained = false)
{
    public const string NoNeck = "none", PyramidNeck = "fpn";
}
