using OpenCvSharp;
using RealtimeSeg.Core.Street;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Nn;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Data sets, their readers, and the order in which batches show them.</summary>
public sealed class DataTests
{
    [Fact]
    public void The_toy_street_is_a_function_of_its_seed_and_shows_every_class()
    {
        byte[] a = new byte[480 * 360 * 3], b = new byte[a.Length], labels = new byte[480 * 360], again = new byte[labels.Length];
        HashSet<byte> seen = [];
        for (int seed = 0; seed < 6; seed++)
        {
            new StreetScene(seed, 480, 360).Render(1.5, a, labels);
            new StreetScene(seed, 480, 360).Render(1.5, b, again);
            Assert.True(a.AsSpan().SequenceEqual(b) && labels.AsSpan().SequenceEqual(again), $"seed {seed} is not repeatable");
            seen.UnionWith(labels);
        }

        Assert.Equal(Enumerable.Range(0, 11).Select(i => (byte)i), seen.Order());
    }

    /// <summary>Half a minute from day to day: noon, dusk after eight seconds, evening after twelve.</summary>
    [Theory]
    [InlineData(7)]
    [InlineData(3)]
    public void It_gets_dark_on_the_toy_street_and_light_again(int seed)
    {
        StreetScene street = new(seed, 240, 180);
        double Brightness(double seconds)
        {
            byte[] image = new byte[240 * 180 * 3], labels = new byte[240 * 180];
            street.Render(seconds, image, labels);
            return image.Average(v => v);
        }

        double noon = Brightness(0);
        Assert.InRange(Brightness(7.9) / noon, 0.7, 1.4); // another place, the same light
        Assert.InRange(Brightness(16) / noon, 0.1, 0.75);
        Assert.InRange(Brightness(26) / noon, 0.7, 1.4);
    }

    [Fact]
    public void A_shadow_darkens_the_ground_and_keeps_its_class()
    {
        StreetCanvas canvas = new(64, 64) { Focal = 60, Horizon = 20 };
        StreetSky sky = new(seed: 1, dusk: 0);
        Material plain = new(Surface.Plain, new(0.8f), default, 0);
        void Ground() => canvas.Quad(new(-9, -1.5f, 1), new(18, 0, 0), new(0, 0, 40), plain, StreetClasses.Road, new(1));
        Ground();
        canvas.Draw(sky, 0, 0);
        (byte[] light, byte[] classes) = ([.. canvas.Bgr], [.. canvas.Labels]);
        Ground();
        canvas.Shadow(new(-1, -1.5f, 3), new(2, 0, 0), new(0, 0, 3), plain, 0.5f);
        canvas.Shadow(new(-1, -1.5f, 3), new(2, 0, 0), new(0, 0, 3), plain, 0.4f); // beneath the other: nothing is darkened twice
        canvas.Draw(sky, 0, 0);
        Assert.Equal(classes, canvas.Labels);
        const int Below = ((42 * 64) + 32) * 3, Beside = ((42 * 64) + 2) * 3; // 4 m ahead, and 2 m to the left of it
        Assert.InRange(canvas.Bgr[Below] / (double)light[Below], 0.45, 0.56);
        Assert.Equal(light[Beside], canvas.Bgr[Beside]);
    }

    [Fact]
    public void A_batch_is_a_function_of_seed_and_step()
    {
        BatchShape shape = new(3, 64, 96);
        MixedDataset data = Toy.Street;
        byte[][] frames = [new byte[3 * 64 * 96 * 3], new byte[3 * 64 * 96 * 3]], labels = [new byte[3 * 64 * 96], new byte[3 * 64 * 96]];
        using BatchLoader fromStart = new(data, shape, 4, 0), fromTwo = new(data, shape, 4, 2);
        for (int i = 0; i < 3; i++) fromStart.Next(frames[0], labels[0]);
        fromTwo.Next(frames[1], labels[1]);
        Assert.Equal(frames[0], frames[1]);
        Assert.Equal(labels[0], labels[1]);
    }

    [Fact]
    public void An_epoch_shows_every_image_of_the_first_set_once_and_mixes_by_weight()
    {
        using TemporaryFolder folder = new();
        for (int i = 0; i < 12; i++) WriteSample(folder.Path, $"{i:D2}", label: 3);
        MixedDataset mixed = MixedDataset.Parse($"{folder.Path}:3,synth:1", new Split(Training: true));
        IReadOnlyList<(IDataset Set, int Index)> epoch = mixed.Epoch(1, 0);
        Assert.Equal(16, epoch.Count);
        Assert.Equal(Enumerable.Range(0, 12), epoch.Where(e => e.Set is ImageSet).Select(e => e.Index).Order());
        Assert.NotEqual(epoch.Select(e => e.Index), mixed.Epoch(1, 1).Select(e => e.Index));
    }

    [Fact]
    public void Class_frequencies_count_every_labelled_pixel_of_the_whole_set()
    {
        using TemporaryFolder folder = new();
        (string, int)[] samples = [("a", 0), ("b", 3), ("c", 3), ("d", 11), ("e", 5)];
        foreach ((string name, int label) in samples) WriteSample(folder.Path, name, label);
        IReadOnlyList<double> shares = MixedDataset.Parse($"{folder.Path}:2,synth:1", new Split(Training: true)).Frequencies.Overall;
        Assert.Equal([0.25, 0, 0, 0.5, 0, 0.25, 0, 0, 0, 0, 0], shares); // 11 is void, and the second set does not count
    }

    /// <summary>Half of one image of two is a quarter of all, and half of what shows it.</summary>
    [Fact]
    public void Frequencies_for_the_median_count_the_images_that_show_a_class()
    {
        using TemporaryFolder folder = new();
        WriteSample(folder.Path, "a", 0);
        WriteSample(folder.Path, "b", 0);
        string file = Path.Combine(folder.Path, "trainannot", "b.png");
        using (Mat labels = Cv2.ImRead(file, ImreadModes.Unchanged))
        {
            using Mat top = labels.RowRange(0, labels.Rows / 2);
            top.SetTo(new Scalar(4));
            Cv2.ImWrite(file, labels);
        }

        ClassFrequencies f = MixedDataset.Parse(folder.Path, new Split(Training: true)).Frequencies;
        Assert.Equal((0.25, 0.5), (f.Overall[4], f.WhereShown[4]));
        Assert.Equal((0.75, 0.75), (f.Overall[0], f.WhereShown[0]));
    }

    [Fact]
    public void Images_are_read_again_when_memory_for_all_is_lacking()
    {
        using TemporaryFolder folder = new();
        for (int i = 0; i < 8; i++) WriteSample(folder.Path, $"{i}", i);
        using SampleCache small = new(limit: 3 * 40 * 60 * 4);
        SampleCache whole = SampleCache.Shared;
        SampleCache.Shared = small;
        IDataset set = MixedDataset.Parse(folder.Path, new Split(Training: true)).Parts[0];
        SampleCache.Shared = whole;
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < set.Count; i++) Assert.Equal((byte)i, set.Load(i).Labels.AsSpan<byte>()[7]);
            Assert.InRange(small.Size, 1, 3 * 40 * 60 * 4);
        }
    }

    [Fact]
    public void Class_weights_follow_their_formulas()
    {
        ClassFrequencies shares = new([0.5, 0.3, 0.15, 0.05, 0], WhereShown: [0.5, 0.3, 0.6, 0.1, 0]);
        IReadOnlyList<float> median = ClassWeights.Of("median", shares), enet = ClassWeights.Of("enet", shares);
        Assert.Equal([1f, 1.6667f, 0.8333f, 5f, 0f], median.Select(w => MathF.Round(w, 4)));
        Assert.Equal(Math.Log(1.52) / Math.Log(1.07), enet[3] / enet[0], 4);
        Assert.Equal(1, enet.Average(), 4);
        IReadOnlyList<float> log = ClassWeights.Of("log", shares);
        Assert.Equal(Math.Log(1.6) / Math.Log(1.15), log[3] / log[0], 4);
        IReadOnlyList<float> root = ClassWeights.Of("root", shares);
        Assert.Equal(Math.Sqrt(0.5 / 0.05), root[3] / root[0], 4);
        Assert.Equal(0, root[4]);
        Assert.All(ClassWeights.Of("none", shares), w => Assert.Equal(1, w));
        Assert.Throws<UserError>(() => ClassWeights.Of("some", shares));
    }

    [Theory]
    [InlineData("no-labels", "no label file")]
    [InlineData("size", "must be the same size")]
    [InlineData("range", "contains label 77")]
    [InlineData("colour", "3 channels")]
    [InlineData("broken", "not a readable image")]
    public void A_bad_label_is_refused_by_name(string fault, string says)
    {
        using TemporaryFolder folder = new();
        WriteSample(folder.Path, "good", label: 3);
        WriteSample(folder.Path, "odd", label: fault == "range" ? 77 : 3);
        string label = Path.Combine(folder.Path, "trainannot", "odd.png");
        if (fault == "no-labels") File.Delete(label);
        if (fault == "size") Save(label, new Mat(20, 20, MatType.CV_8UC1, new Scalar(3)));
        if (fault == "colour") Save(label, new Mat(40, 60, MatType.CV_8UC3, new Scalar(3, 3, 3)));
        if (fault == "broken") File.WriteAllBytes(label, File.ReadAllBytes(label)[..20]);
        UserError e = Assert.Throws<UserError>(() =>
        {
            IDataset set = DatasetLayout.Open(folder.Path, new Split(Training: true), null);
            for (int i = 0; i < set.Count; i++) set.Load(i);
        });
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
        Assert.Contains("odd", e.Message, StringComparison.Ordinal);
    }

    /// <summary>A 60×40 image with one label everywhere, in CamVid's layout.</summary>
    private static void WriteSample(string root, string name, int label)
    {
        Directory.CreateDirectory(Path.Combine(root, "train"));
        Directory.CreateDirectory(Path.Combine(root, "trainannot"));
        Save(Path.Combine(root, "train", name + ".png"), new Mat(40, 60, MatType.CV_8UC3, new Scalar(50, 60, 70)));
        Save(Path.Combine(root, "trainannot", name + ".png"), new Mat(40, 60, MatType.CV_8UC1, new Scalar(label)));
    }

    private static void Save(string path, Mat image)
    {
        using (image) Assert.True(Cv2.ImWrite(path, image));
    }
}
