using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Batches;

/// <summary>From an image of a data set to its place in a batch: a crop of it, or the whole with others pasted in, augmented.</summary>
public sealed class SampleMaker : IDisposable
{
    private const double PasteProbability = 0.5;
    private readonly Augmentation _augmentation;
    private readonly ObjectCrops? _objects;
    private readonly ProposalCrops? _proposals;
    private readonly CopyPaste? _paste;

    /// <param name="data">What the samples come from.</param>
    /// <param name="shape">Size of a batch's images.</param>
    /// <param name="sampling">How they are made.</param>
    /// <param name="proposals">Crops for all makers of a loader, or null for none.</param>
    public SampleMaker(MixedDataset data, BatchShape shape, Sampling sampling, ProposalCrops? proposals = null)
    {
        _proposals = proposals;
        _augmentation = new Augmentation(shape.W, shape.H, sampling);
        if (sampling.ObjectCrops) _objects = new ObjectCrops(data.ClassNames);
        else if (sampling.Kinds.HasFlag(AugmentationKind.Paste)) _paste = new CopyPaste(data.Frequencies.Overall);
    }

    /// <param name="set">The data set.</param>
    /// <param name="index">Which of its images.</param>
    /// <param name="random">The only source of randomness.</param>
    /// <param name="frame">BGR bytes of one image in the batch, to fill.</param>
    /// <param name="labels">Bytes of its labels, to fill.</param>
    public void Make(IDataset set, int index, Random random, Span<byte> frame, Span<byte> labels)
    {
        Sample whole = set.Load(index);
        Sample? made = _objects?.Crop(whole, random) ?? _proposals?.Crop(set, index, whole, random);
        if (_paste is not null && random.NextDouble() < PasteProbability)
            made = _paste.Apply(whole, from: set.Load(random.Next(set.Count)), random);
        _augmentation.Apply(made ?? whole, random, frame, labels);
        made?.Image.Dispose();
        made?.Labels.Dispose();
    }

    public void Dispose()
    {
        _augmentation.Dispose();
        _objects?.Dispose();
        _paste?.Dispose();
    }
}
