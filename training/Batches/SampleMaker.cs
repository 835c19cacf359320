using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Batches;

/// <summary>From a picture of a data set to its place in a batch: cut around an object or pasted onto, then augmented.</summary>
public sealed class SampleMaker : IDisposable
{
    private const double PasteOften = 0.5;
    private readonly Augmentation _augmentation;
    private readonly ObjectCrops? _objects;
    private readonly CopyPaste? _paste;

    /// <param name="data">What the samples come from.</param>
    /// <param name="shape">Size of a batch's pictures.</param>
    /// <param name="sampling">How they are made.</param>
    public SampleMaker(MixedDataset data, BatchShape shape, Sampling sampling)
    {
        _augmentation = new Augmentation(shape.W, shape.H, sampling);
        if (sampling.ObjectCrops) _objects = new ObjectCrops(data.ClassNames);
        else if (sampling.Kinds.HasFlag(AugmentationKind.Paste)) _paste = new CopyPaste(data.Frequencies);
    }

    /// <param name="set">The data set.</param>
    /// <param name="index">Which of its pictures.</param>
    /// <param name="random">Decides everything.</param>
    /// <param name="frame">Bytes of one picture in the batch, to fill.</param>
    /// <param name="labels">The same for its labels.</param>
    public void Make(IDataset set, int index, Random random, Span<byte> frame, Span<byte> labels)
    {
        Sample whole = set.Load(index);
        Sample? made = _objects?.Cut(whole, random);
        if (_paste is not null && random.NextDouble() < PasteOften) made = _paste.Apply(whole, set.Load(random.Next(set.Count)), random);
        _augmentation.Apply(made ?? whole, random, frame, labels);
        made?.Image.Dispose();
        made?.Labels.Dispose();
    }

    public void Dispose()
    {
        _augmentation.Dispose();
        _paste?.Dispose();
    }
}
