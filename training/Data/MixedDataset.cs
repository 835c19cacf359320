namespace RealtimeSeg.Training.Data;

/// <summary>
/// One data set, or several with weights. An epoch shows every image of the first set once and draws the others in proportion to
/// their weights.
/// </summary>
public sealed class MixedDataset
{
    /// <summary>The name of the toy street, which needs no files.</summary>
    public const string Synth = "synth";

    private const int SynthTrain = 400, SynthVal = 40, MostImages = 10_000_000;
    private readonly (IDataset Set, double Weight)[] _parts;
    private readonly Lock _counting = new();
    private ClassFrequencies? _frequencies;

    private MixedDataset((IDataset, double)[] parts) => _parts = parts;

    public IReadOnlyList<IDataset> Parts => [.. _parts.Select(p => p.Set)];

    public IReadOnlyList<string> ClassNames => _parts[0].Set.ClassNames;

    /// <summary>
    /// Of the classes in the first set, which class weights and pasting are for; counting the others would
    /// load every image of them. Counted once, when first asked for.
    /// </summary>
    public ClassFrequencies Frequencies => CountClasses(CancellationToken.None);

    /// <summary>The same, which can be ended while the images are read.</summary>
    /// <exception cref="OperationCanceledException">It was.</exception>
    public ClassFrequencies CountClasses(CancellationToken stop)
    {
        lock (_counting) return _frequencies ??= ClassWeights.Frequencies(_parts[0].Set, stop);
    }

    /// <summary>Images in an epoch.</summary>
    public int EpochSize => _parts.Sum(Share);

    /// <param name="spec">As on the command line, see <see cref="DataSpec"/>.</param>
    /// <param name="split">Which images of each set.</param>
    /// <param name="map">Class map, see <see cref="ClassMap"/>; null keeps each set's classes.</param>
    /// <param name="classes">Class file of all sets with files; null for each set's own.</param>
    /// <exception cref="UserError">A set cannot be opened, or the sets have different classes.</exception>
    public static MixedDataset Parse(string spec, Split split, string? map = null, string? classes = null)
        => Of(DataSpec.Parse(spec), split, map, classes);

    /// <exception cref="UserError">A set cannot be opened, or the sets have different classes.</exception>
    public static MixedDataset Of(IReadOnlyCollection<DataSpec> specs, Split split, string? map, string? classes = null)
    {
        if (split.LeaveOut is not null && !specs.Any(p => DatasetLayout.HasDrives(p.Place)))
            throw new UserError($"{split.LeaveOut} cannot be left out: only sets in CamVid's layout are divided by drive");
        (IDataset Set, double Weight)[] parts = [.. specs.Select(p => (Open(p.Place, split, map, classes), p.Weight))];
        IDataset first = parts[0].Set;
        IDataset? other = Array.Find(parts, p => !p.Set.ClassNames.SequenceEqual(first.ClassNames, StringComparer.Ordinal)).Set;
        if (other is not null)
            throw new UserError($"--data: {other.Name} has other classes than {first.Name}: mix sets of equal classes, or choose a --map");
        MixedDataset mix = new(parts);
        foreach ((IDataset Set, double Weight) part in parts) mix.ThrowIfOutOfProportion(part);
        return mix;
    }

    /// <summary>The order of an epoch, a function of the seed and the epoch alone.</summary>
    public IReadOnlyList<(IDataset Set, int Index)> Epoch(int seed, long epoch)
    {
        Random random = Seeds.Random(seed, epoch);
        (IDataset, int)[] order = [.. _parts.SelectMany(p => Drawn(p.Set, Share(p), random))];
        random.Shuffle(order);
        return order;
    }

    /// <summary>Images of a set in random order, as many as wanted: all of them once before any of them again.</summary>
    private static IEnumerable<(IDataset Set, int Index)> Drawn(IDataset set, int wanted, Random random)
    {
        int[] indices = [];
        for (int i = 0; i < wanted; i++)
        {
            if (i % set.Count == 0)
            {
                indices = [.. Enumerable.Range(0, set.Count)];
                random.Shuffle(indices);
            }

            yield return (set, indices[i % set.Count]);
        }
    }

    /// <summary>Refuses a weight by which a set is never seen, or nothing else.</summary>
    private void ThrowIfOutOfProportion((IDataset Set, double Weight) part)
    {
        double images = _parts[0].Set.Count * part.Weight / _parts[0].Weight;
        if (images is >= 0.5 and <= MostImages) return;
        string outcome = images < 0.5 ? "no image" : "more images than can be counted";
        throw new UserError($"--data: by its weight, an epoch takes {outcome} from {part.Set.Name}: choose weights nearer to each other");
    }

    private int Share((IDataset Set, double Weight) part)
        => (int)Math.Round(_parts[0].Set.Count * part.Weight / _parts[0].Weight);

    private static IDataset Open(string place, Split split, string? map, string? classes)
    {
        if (place != Synth) return DatasetLayout.Open(place, split, map, classes);
        return split.Training ? new SynthStreet(SynthTrain, seed: 1) : new SynthStreet(SynthVal, seed: 2);
    }
}
