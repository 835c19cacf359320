using System.Globalization;

namespace RealtimeSeg.Training.Data;

/// <summary>
/// What <c>--data</c> names: one data set, or several with weights, <c>FOLDER:2,synth:1</c>. An epoch shows
/// every picture of the first set once and draws the others in proportion to their weights.
/// </summary>
public sealed class MixedDataset
{
    public const string Synth = "synth";
    private const int SynthTrain = 400, SynthVal = 40;
    private readonly (IDataset Set, double Weight)[] _parts;

    private readonly Lazy<IReadOnlyList<double>> _frequencies;

    private MixedDataset((IDataset, double)[] parts)
    {
        _parts = parts;
        _frequencies = new Lazy<IReadOnlyList<double>>(() => ClassWeights.Frequencies(parts[0].Item1));
    }

    public IReadOnlyList<IDataset> Parts => [.. _parts.Select(p => p.Set)];

    public IReadOnlyList<string> ClassNames => _parts[0].Set.ClassNames;

    /// <summary>
    /// Share of all labelled pixels in the first set, by class, counted once when first asked for: that set is the one that weights
    /// and pasting are for, and others would have to be drawn whole.
    /// </summary>
    public IReadOnlyList<double> Frequencies => _frequencies.Value;

    /// <summary>Pictures in an epoch.</summary>
    public int EpochSize => _parts.Sum(Share);

    /// <param name="spec">As on the command line.</param>
    /// <param name="split">Which pictures of each.</param>
    /// <param name="map">Class map, see <see cref="ClassMap"/>; null keeps each set's classes.</param>
    public static MixedDataset Parse(string spec, Split split, string? map = null)
    {
        List<(IDataset, double)> parts = [];
        foreach (string part in spec.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int colon = part.LastIndexOf(':');
            double weight = 1;
            string place = part;
            if (colon > 0)
            {
                place = part[..colon];
                if (!double.TryParse(part[(colon + 1)..], CultureInfo.InvariantCulture, out weight) || weight <= 0)
                    throw new UserError($"--data {part}: the weight after ':' must be a number above 0");
            }

            parts.Add((Open(place, split, map), weight));
        }

        if (parts.Count == 0) throw new UserError("--data is empty: name a folder in CamVid's layout, or 'synth'");
        IReadOnlyList<string> names = parts[0].Item1.ClassNames;
        foreach ((IDataset set, double _) in parts)
        {
            if (!set.ClassNames.SequenceEqual(names, StringComparer.Ordinal))
                throw new UserError($"--data: {set.Name} has other classes than {parts[0].Item1.Name}: they cannot be mixed");
        }

        return new MixedDataset([.. parts]);
    }

    /// <summary>The order of an epoch, a function of the seed and the epoch alone.</summary>
    public IReadOnlyList<(IDataset Set, int Index)> Epoch(int seed, long epoch)
    {
        Random random = new(unchecked((seed * 1000003) + (int)epoch));
        List<(IDataset, int)> order = [];
        foreach ((IDataset Set, double Weight) part in _parts)
        {
            int wanted = Share(part);
            int[] indices = [];
            for (int i = 0; i < wanted; i++)
            {
                if (i % part.Set.Count == 0)
                {
                    indices = [.. Enumerable.Range(0, part.Set.Count)];
                    random.Shuffle(indices);
                }

                order.Add((part.Set, indices[i % part.Set.Count]));
            }
        }

        (IDataset, int)[] shuffled = [.. order];
        random.Shuffle(shuffled);
        return shuffled;
    }

    private int Share((IDataset Set, double Weight) part)
        => (int)Math.Round(_parts[0].Set.Count * part.Weight / _parts[0].Weight);

    private static IDataset Open(string place, Split split, string? map)
    {
        if (place != Synth) return DatasetLayout.Open(place, split, map);
        return split.Training ? new SynthStreet(SynthTrain, 1) : new SynthStreet(SynthVal, 2);
    }
}
