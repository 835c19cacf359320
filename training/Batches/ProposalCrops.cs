using System.Collections.Concurrent;
using OpenCvSharp;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Batches;

/// <summary>
/// The harder examples of DeconvNet's second training stage (Noh, Hong and Han 2015, sections 4.1 and 4.2): crops around object proposals
/// that overlap with an object by half, with the labels of all that they show. One for all threads.
/// </summary>
/// <param name="classNames">By label value.</param>
/// <param name="most">Proposals per image.</param>
public sealed class ProposalCrops(IReadOnlyList<string> classNames, int most)
{
    private const double SmallestOverlap = 0.5;

    /// <summary>Proposals take longer than a step, and are the same in each epoch: 16 bytes each stay.</summary>
    private readonly ConcurrentDictionary<(IDataset Set, int Index), Rect[]> _windows = new();

    /// <summary>A random proposal of the image, as a sample that the caller disposes; the whole sample if none fits an object.</summary>
    /// <param name="set">The data set.</param>
    /// <param name="index">Which of its images.</param>
    /// <param name="sample">That image.</param>
    /// <param name="random">The only source of randomness.</param>
    public Sample Crop(IDataset set, int index, Sample sample, Random random)
    {
        Rect[] windows = _windows.GetOrAdd((set, index), _ => Windows(sample));
        Rect whole = new(default, sample.Labels.Size());
        Rect window = windows.Length > 0 ? windows[random.Next(windows.Length)] : whole;
        using Mat image = new(sample.Image, window), labels = new(sample.Labels, window);
        return new Sample(image.Clone(), labels.Clone());
    }

    private Rect[] Windows(Sample sample)
    {
        Rect[] objects = [.. ObjectCrops.Objects(sample.Labels, classNames)];
        IEnumerable<Rect> fitting = ObjectProposals.Of(sample.Image, most)
            .Where(p => objects.Any(o => ObjectProposals.Overlap(o, p) >= SmallestOverlap));
        return [.. fitting.Select(p => ObjectCrops.Window(p, sample.Labels.Size()))];
    }
}
