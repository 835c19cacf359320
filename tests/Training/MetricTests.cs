using OpenCvSharp;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Networks;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>The FCN paper's metrics, boundary score, score by object size, and the page that shows them.</summary>
public sealed class MetricTests
{
    [Fact]
    public void Metrics_equal_the_FCN_papers_definitions()
    {
        ConfusionMatrix m = new(3);
        m.Add([0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 255], [0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 2]);
        Assert.Equal(0.7, m.PixelAccuracy, 9);
        Assert.Equal((0.75 + (4 / 6.0)) / 2, m.MeanAccuracy, 9);
        Assert.Equal((0.5 + (4 / 7.0)) / 2, m.MeanIu, 9); // class 2 is nowhere and does not count
        Assert.Equal(((4 * 0.5) + (6 * 4 / 7.0)) / 10, m.FrequencyWeightedIu, 9);
    }

    /// <summary>Diagonal 500, so a tolerance of 4 pixels: a shift of 3 is forgiven, a shift of 8 is not.</summary>
    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(3, 1, 1)]
    [InlineData(4, 1, 1)]
    [InlineData(5, 0.3, 0.95)]
    [InlineData(8, 0.3, 0.85)]
    public void Boundary_score_forgives_what_lies_within_its_tolerance(int shift, double least, double most)
    {
        using Mat truth = Square(100, 80), predicted = Square(100 + shift, 80);
        using BoundaryScore score = new(3);
        score.Add(truth, predicted);
        Assert.InRange(score.Mean, least, most);
        Assert.True(double.IsNaN(score.PerClass[2])); // nowhere in the truth
    }

    [Fact]
    public void Boundary_score_does_not_count_outlines_of_ignored_pixels()
    {
        using Mat truth = Square(100, 80), predicted = Square(100, 80);
        truth[new Rect(200, 150, 150, 100)].SetTo(new Scalar(255));
        predicted[new Rect(240, 180, 60, 40)].SetTo(new Scalar(1)); // invented, but on ignored pixels
        using BoundaryScore score = new(2);
        score.Add(truth, predicted);
        Assert.Equal(1, score.Mean, 6);
    }

    /// <summary>A class that only the truth or only the prediction has scores 0; the mean is over the images with one.</summary>
    [Fact]
    public void A_class_that_is_missed_or_invented_has_no_boundary()
    {
        using Mat truth = Square(100, 80), predicted = Square(100, 80);
        predicted.SetTo(new Scalar(2), predicted.Equals(1).ToMat());
        using BoundaryScore score = new(4);
        score.Add(truth, predicted);
        Assert.Equal([1, 0, 0], score.PerClass.Take(3));
        Assert.True(double.IsNaN(score.PerClass[3]));
        score.Add(truth, truth);
        Assert.Equal([1, 0.5, 0], score.PerClass.Take(3));
        Assert.Equal(0.5, score.Mean, 9);
        using BoundaryScore none = new(2);
        Assert.True(double.IsNaN(none.Mean));
    }

    /// <summary>Three quarters of a hundredth of a small image's diagonal are less than a pixel: one is allowed.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 0.8)]
    public void The_tolerance_is_at_least_a_pixel(int shift, double most)
    {
        using Mat truth = new(30, 40, MatType.CV_8UC1, Scalar.Black), predicted = truth.Clone();
        truth[new Rect(10, 8, 15, 12)].SetTo(new Scalar(1));
        predicted[new Rect(10 + shift, 8, 15, 12)].SetTo(new Scalar(1));
        using BoundaryScore score = new(2);
        score.Add(truth, predicted);
        Assert.InRange(score.PerClass[1], most - 0.3, most);
        Assert.Equal(shift == 1, score.PerClass[1] == 1);
    }

    [Fact]
    public void Labels_from_the_number_of_classes_on_are_ignored()
    {
        ConfusionMatrix m = new(2);
        m.Add([0, 1, 2, 255], [0, 0, 1, 1]);
        Assert.Equal([1, 0], [m.Share(0, 0), m.Share(1, 1)]);
        Assert.Equal((1, 0.5, 2), (m.Share(1, 0), m.PixelAccuracy, m.Classes));
        Assert.True(double.IsNaN(new ConfusionMatrix(2).MeanIu));
        ArgumentException e = Assert.Throws<ArgumentException>(() => m.Add([0, 1], [0]));
        Assert.Equal("2 labels, 1 predictions", e.Message);
    }

    [Fact]
    public void Specks_are_no_objects_and_without_objects_there_is_no_score()
    {
        using Mat truth = new(100, 100, MatType.CV_8UC1, new Scalar(255)), predicted = new(100, 100, MatType.CV_8UC1, new Scalar(1));
        truth[new Rect(10, 10, 5, 3)].SetTo(new Scalar(1));
        using SizeScore score = new(2);
        score.Add(truth, predicted);
        Assert.Equal((0, 0), score.Bounds);
        Assert.True(double.IsNaN(score.Terciles.Small) && double.IsNaN(score.Terciles.Large));
        truth[new Rect(30, 10, 4, 4)].SetTo(new Scalar(1));
        score.Add(truth, predicted);
        Assert.Equal((16, 16), score.Bounds);
    }

    [Fact]
    public void Objects_are_scored_by_their_size()
    {
        // Three objects of class 1: a small one missed, a middle one half found, a large one found.
        using Mat truth = new(300, 400, MatType.CV_8UC1, new Scalar(255)), predicted = new(300, 400, MatType.CV_8UC1, new Scalar(0));
        truth[new Rect(10, 10, 10, 10)].SetTo(new Scalar(1));
        truth[new Rect(60, 10, 40, 20)].SetTo(new Scalar(1));
        predicted[new Rect(60, 10, 20, 20)].SetTo(new Scalar(1));
        truth[new Rect(150, 100, 100, 100)].SetTo(new Scalar(1));
        predicted[new Rect(150, 100, 100, 100)].SetTo(new Scalar(1));
        using SizeScore score = new(2);
        score.Add(truth, predicted);
        Assert.Equal((0.0, 0.5, 1.0), score.Terciles);
        Assert.Equal((800, 10_000), score.Bounds);
    }

    /// <summary>
    /// An object of 20×40 pixels found whole: what is predicted beside it counts up to two pixels away, above and below it up to three,
    /// no farther.
    /// </summary>
    [Theory]
    [InlineData(77, 30, 1, 40, 1.0)]
    [InlineData(78, 30, 1, 40, 800 / 840.0)]
    [InlineData(101, 30, 1, 40, 800 / 840.0)]
    [InlineData(102, 30, 1, 40, 1.0)]
    [InlineData(80, 26, 20, 1, 1.0)]
    [InlineData(80, 27, 20, 1, 800 / 820.0)]
    [InlineData(80, 72, 20, 1, 800 / 820.0)]
    [InlineData(80, 73, 20, 1, 1.0)]
    public void An_objects_union_counts_what_is_predicted_in_its_box_and_a_margin(int x, int y, int width, int height, double iu)
    {
        using Mat truth = new(100, 200, MatType.CV_8UC1, new Scalar(0)), predicted = new(100, 200, MatType.CV_8UC1, new Scalar(0));
        Rect thing = new(80, 30, 20, 40);
        truth[thing].SetTo(new Scalar(1));
        predicted[thing].SetTo(new Scalar(1));
        predicted[new Rect(x, y, width, height)].SetTo(new Scalar(1));
        using SizeScore score = new(2);
        score.Add(truth, predicted);
        Assert.Equal(iu, score.Terciles.Medium, 9); // of two objects, the ground being the larger one
    }

    /// <summary>An image of another size than the network's is fitted, labelled and enlarged; no pixel changes places.</summary>
    [Fact]
    public void An_image_of_another_size_is_scored_where_its_pixels_are()
    {
        using TemporaryFolder folder = new();
        using Mat image = SynthImage(), large = new(), truth = new(), flipped = new();
        Exporter.Random(NetworkNames.Parse("fcn4s", null, 11), "any", 3, folder["m.onnx"]);
        using Evaluator evaluator = new(File.ReadAllBytes(folder["m.onnx"]), "m");
        byte[] own = evaluator.LabelsAsShown(image);
        Cv2.Resize(image, large, new Size(960, 720));
        Cv2.Resize(Mat.FromPixelData(360, 480, MatType.CV_8UC1, own), truth, large.Size(), 0, 0, InterpolationFlags.Nearest);
        Cv2.Flip(truth, flipped, FlipMode.Y);
        byte[] labels = evaluator.LabelsAsShown(large);
        double Same(Mat m) => m.AsSpan<byte>().ToArray().Zip(labels, (a, b) => a == b ? 1.0 : 0).Average();
        Assert.True(Same(truth) > 0.95, $"{Same(truth):P1} agree");
        Assert.True(Same(flipped) < 0.9, $"{Same(flipped):P1} agree with the mirror image, which proves nothing");
    }

    /// <summary>Found by fuzzing: ONNX Runtime looks for a key only up to a zero in it, and then reads what it did not find.</summary>
    [Fact]
    public void A_model_with_damaged_metadata_is_refused_by_name()
    {
        using TemporaryFolder folder = new();
        Exporter.Random(NetworkNames.Parse("fcn32s", null, 3), "any", 3, folder["m.onnx"]);
        byte[] bytes = File.ReadAllBytes(folder["m.onnx"]);
        bytes[bytes.AsSpan().IndexOf("rtseg.palette"u8) + 5] = 0;
        UserError e = Assert.Throws<UserError>(() => new Evaluator(bytes, "m.onnx"));
        Assert.Equal("m.onnx has damaged metadata: export it again", e.Message);
    }

    /// <summary>Of a still video with noise: smoothed labels flicker less, and a strength of 0 is each image on its own.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public void A_video_is_scored_with_labels_smoothed_over_time()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["val"]);
        Directory.CreateDirectory(folder["valannot"]);
        using Mat image = SynthImage(), small = new(image, new Rect(100, 100, 128, 96));
        using Mat noisy = new(), noise = new(96, 128, MatType.CV_16SC3);
        using Mat labels = new(96, 128, MatType.CV_8UC1, new Scalar(3));
        Cv2.SetTheRNG(5);
        for (int i = 0; i < 8; i++)
        {
            Cv2.Randn(noise, Scalar.All(0), Scalar.All(4));
            Cv2.Add(small, noise, noisy, dtype: (int)MatType.CV_8UC3);
            Cv2.ImWrite(folder[$"val/{i}.png"], noisy);
            Cv2.ImWrite(folder[$"valannot/{i}.png"], labels);
        }

        Exporter.Random(NetworkNames.Parse("fcn4s", null, 11), "any", 3, folder["m.onnx"]);
        using Evaluator evaluator = new(File.ReadAllBytes(folder["m.onnx"]), "m");
        IDataset video = DatasetLayout.Open(folder.Path, new Split(Training: false), null);
        double plain = evaluator.EvaluateVideo(video, smooth: 0).Flicker, smooth = evaluator.EvaluateVideo(video, smooth: 1).Flicker;
        Assert.True(plain > 0, "labels that never change prove nothing");
        Assert.True(smooth < 0.7 * plain, $"flicker {plain} without smoothing, {smooth} with it");
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void Eval_writes_a_page_with_the_worst_images_and_every_figure()
    {
        using TemporaryFolder folder = new();
        string model = folder["m.onnx"];
        Exporter.Random(NetworkNames.Parse("fcn32s", null, 11), "fcn32s-reslite", 1, model);
        (int code, string text, string error) = Cli.Run(
            Repository.Root, "eval", model, "--data", "synth", "--report", folder["page"], "--json", folder["e.json"]);
        Assert.True(code == 0, error);
        Assert.Contains("boundary F1", text, StringComparison.Ordinal);
        string page = File.ReadAllText(Path.Combine(folder["page"], "index.html"));
        Assert.DoesNotContain("{{", page, StringComparison.Ordinal); // every placeholder is filled in
        Assert.Contains("<td>mIoU<td>0.", page, StringComparison.Ordinal);
        Assert.Contains("<tr><td>bicyclist<td>", page, StringComparison.Ordinal);
        foreach (string name in new[] { "worst.png", "confusion.png", "classes.png" })
        {
            Assert.Contains(name, page, StringComparison.Ordinal);
            using Mat image = Cv2.ImRead(Path.Combine(folder["page"], name));
            Assert.False(image.Empty());
        }

        using Mat worst = Cv2.ImRead(Path.Combine(folder["page"], "worst.png"));
        Assert.Equal(new Size(4 * 240, (10 * 200) + (2 * 22)), worst.Size());
        string json = File.ReadAllText(folder["e.json"]);
        foreach (string key in new[] { "miou", "boundary_f1", "object_iu", "network_ms", "parameters" })
            Assert.Contains($"\"{key}\"", json, StringComparison.Ordinal);
    }

    private static Mat SynthImage() => Toy.Street.Parts[0].Load(0).Image.Clone();

    /// <summary>A 200×150 square of class 1 on class 0, in an image of 400×300.</summary>
    private static Mat Square(int x, int y)
    {
        Mat labels = new(300, 400, MatType.CV_8UC1, new Scalar(0));
        labels[new Rect(x, y, 200, 150)].SetTo(new Scalar(1));
        return labels;
    }
}
