using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Training.Networks;

/// <summary>What can be chosen of a body besides its name.</summary>
/// <param name="Input">The scaling of its input; null for its own, which for a file is ImageNet's.</param>
/// <param name="Features">The tensor of a file that the body ends with; null for the file's last feature map.</param>
/// <param name="Neck"><see cref="NoNeck"/>, or <see cref="PyramidNeck"/> between the body and the class layers.</param>
public sealed record BodyChoice(InputScaling? Input = null, string? Features = null, string Neck = BodyChoice.NoNeck)
{
    public const string NoNeck = "none", PyramidNeck = "fpn";
}
