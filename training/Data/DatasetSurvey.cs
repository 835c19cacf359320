namespace RealtimeSeg.Training.Data;

/// <summary>What a data set contains: sizes, classes, and the files that cannot be used.</summary>
/// <param name="set">The data set.</param>
public sealed class DatasetSurvey(IDataset set)
{
    private readonly double[] _pixels = new double[set.ClassNames.Count];
    private readonly int[] _images = new int[set.ClassNames.Count];
    private readonly Dictionary<string, int> _sizes = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];
    private double _allPixels;

    public IDataset Set => set;

    /// <summary>Pairs that can be read.</summary>
    public int Readable { get; private set; }

    /// <summary>Number of images by size, such as 480×360.</summary>
    public IReadOnlyDictionary<string, int> Sizes => _sizes;

    /// <summary>Number of images that contain a class, by class.</summary>
    public IReadOnlyList<int> Images => _images;

    /// <summary>A message for each pair that cannot be used.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Share of the pixels that are no class.</summary>
    public double IgnoredShare => _allPixels > 0 ? 1 - (_pixels.Sum() / _allPixels) : 0;

    /// <summary>The classes that no readable image contains; none if no image is readable.</summary>
    public IEnumerable<string> Absent => set.ClassNames.Where((_, c) => _images[c] == 0 && Readable > 0);

    /// <summary>Reads every file of a set.</summary>
    public static DatasetSurvey Of(IDataset source)
    {
        DatasetSurvey survey = new(source);
        for (int i = 0; i < source.Count; i++)
        {
            try
            {
                survey.Count(source.Load(i));
            }
            catch (UserError e)
            {
                survey._problems.Add(e.Message);
            }
        }

        return survey;
    }

    /// <summary>A class's share of the pixels that are not ignored.</summary>
    public double ShareOf(int c) => _pixels[c] / Math.Max(1, _pixels.Sum());

    private void Count(Sample sample)
    {
        Readable++;
        string size = $"{sample.Image.Width}×{sample.Image.Height}";
        _sizes[size] = _sizes.GetValueOrDefault(size) + 1;
        double[] histogram = new double[256];
        foreach (byte label in sample.Labels.AsSpan<byte>()) histogram[label]++;
        for (int c = 0; c < _pixels.Length; c++)
        {
            _pixels[c] += histogram[c];
            if (histogram[c] > 0) _images[c]++;
        }

        _allPixels += histogram.Sum();
    }
}
