using OpenCvSharp;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Runs;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Rules of scores, weights and files that a reviewer broke without a test noticing.</summary>
public sealed class FinePrintTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>What is predicted on pixels without truth is neither right nor wrong.</summary>
    [Fact]
    public void Predictions_on_void_pixels_do_not_enter_an_objects_union()
    {
        using Mat truth = Map(100, 200), predicted = Map(100, 200);
        truth[new Rect(80, 30, 20, 40)].SetTo(new Scalar(1));
        truth[new Rect(100, 30, 2, 40)].SetTo(new Scalar(ClassMap.Ignore));
        predicted[new Rect(80, 30, 22, 40)].SetTo(new Scalar(1));
        using SizeScore score = new(2);
        score.Add(truth, predicted);
        Assert.Equal(1, score.Terciles.Medium, 9);
    }

    /// <summary>Two pixels from void pixels nothing is an outline: labels there are drawn by hand, too.</summary>
    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void Outlines_two_pixels_from_void_ones_do_not_count(int wide, bool counts)
    {
        using Mat truth = Map(120, 240), predicted = Map(120, 240);
        truth[new Rect(200, 0, 40, 120)].SetTo(new Scalar(ClassMap.Ignore));
        predicted[new Rect(200 - wide, 0, wide, 120)].SetTo(new Scalar(1));
        using BoundaryScore score = new(2);
        score.Add(truth, predicted);
        Assert.Equal(counts, !double.IsNaN(score.PerClass[1]));
    }

    /// <summary>A diagonal of 320 pixels: 2.4 are 2.</summary>
    [Theory]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void The_tolerance_of_an_outline_is_rounded_to_the_nearest_pixel(int shift, bool isForgiven)
    {
        using Mat truth = Map(192, 256), predicted = Map(192, 256);
        truth[new Rect(50, 40, 100, 80)].SetTo(new Scalar(1));
        predicted[new Rect(50 + shift, 40, 100, 80)].SetTo(new Scalar(1));
        using BoundaryScore score = new(2);
        score.Add(truth, predicted);
        Assert.Equal(isForgiven, score.PerClass[1] > 0.999);
    }

    [Fact]
    public void Void_pixels_are_no_part_of_the_images_that_show_a_class()
    {
        using Mat labels = new(10, 10, MatType.CV_8UC1, new Scalar(ClassMap.Ignore)), image = new(10, 10, MatType.CV_8UC3);
        labels[new Rect(0, 0, 5, 4)].SetTo(new Scalar(0));
        labels[new Rect(5, 0, 5, 4)].SetTo(new Scalar(1));
        ClassFrequencies found = ClassWeights.Frequencies(new MemoryDataset(["a", "b"], new Sample(image, labels)));
        Assert.Equal([0.5, 0.5], found.WhereShown);
    }

    [Fact]
    public void Labels_count_towards_the_memory_of_decoded_images()
    {
        using SampleCache cache = new(1_000_000);
        cache.Get("a", () => new Sample(new Mat(20, 30, MatType.CV_8UC3), new Mat(20, 30, MatType.CV_8UC1)));
        Assert.Equal(20 * 30 * 4, cache.Size);
    }

    [Fact]
    public void Calibration_takes_images_from_all_over_the_sets()
    {
        Mat[] images = [.. Enumerable.Range(0, 10).Select(i => new Mat(64, 64, MatType.CV_8UC3, Scalar.All(i)))];
        using Mat labels = Map(64, 64);
        MemoryDataset Set(int from, int to) => new(["a"], [.. images[from..to].Select(i => new Sample(i, labels))]);
        IEnumerable<Mat> chosen = CalibrationImages.Of(Set(0, 3), Set(3, 10)).Take(5);
        Assert.Equal([0, 2, 4, 6, 8], chosen.Select(i => (int)i.Mean().Val0));
        foreach (Mat image in images) image.Dispose();
    }

    /// <summary>A score is told if it proves something: not of an ensemble, and not once the answers were learned.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public void An_export_has_the_score_of_its_own_weights_on_frames_that_none_of_its_runs_learned_from()
    {
        Run("proof", Split.Train, from: null);
        Run("second", Split.Train, from: null);
        Run("spoilt", Split.TrainVal, from: null);
        Run("heir", Split.Train, from: "spoilt");
        double? Score(string run) => RunExport.FromRun(_folder[run], _folder["m.onnx"]).MeanIu;
        Assert.Equal(0.5, Score("proof"));
        Assert.Null(Score("spoilt"));
        Assert.Null(Score("heir"));
        Assert.Null(RunExport.FromRuns([_folder["proof"], _folder["second"]], Ensemble.Mean, _folder["m.onnx"]).MeanIu);
    }

    private void Run(string name, string trainOn, string? from)
    {
        RunConfig config = Toy.Config(1, "fcn32s") with { TrainOn = trainOn, From = from is null ? null : _folder[from] };
        Checkpoint last = Toy.Train(config, _folder[name]);
        new Checkpoint(config, last.Progress with { ValidationMeanIu = 0.5 }, last.State).Save(_folder[$"{name}/{Checkpoint.FileName}"]);
    }

    private static Mat Map(int height, int width) => new(height, width, MatType.CV_8UC1, Scalar.Black);
}
