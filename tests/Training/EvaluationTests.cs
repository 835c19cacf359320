using System.Globalization;
using Google.Protobuf;
using OpenCvSharp;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Metrics;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>
/// Evaluation of a network whose answers are known, from its figures to the page. Of 64×64 pixels the left half is blue and right, the
/// upper right quarter is green and found red, the lower right one is red and right.
/// </summary>
public sealed class EvaluationTests : IDisposable
{
    private const int Side = 64;
    private static readonly string[] Classes = ["blue", "green", "red & <b>"];
    private readonly Mat _image = new(Side, Side, MatType.CV_8UC3, new Scalar(250, 10, 10));
    private readonly Mat _truth = new(Side, Side, MatType.CV_8UC1, Scalar.Black);
    private readonly Evaluator _evaluator = new(PixelNet.File(Classes), "pixels");

    public EvaluationTests()
    {
        _image[new Rect(Side / 2, 0, Side / 2, Side)].SetTo(new Scalar(10, 10, 250));
        _truth[new Rect(Side / 2, 0, Side / 2, Side / 2)].SetTo(new Scalar(1));
        _truth[new Rect(Side / 2, Side / 2, Side / 2, Side / 2)].SetTo(new Scalar(2));
    }

    [Fact]
    public void Figures_are_those_of_the_known_answers()
    {
        Assert.Equal(0, _evaluator.MedianMilliseconds);
        using Scoreboard scores = Scored();
        Assert.Equal([1, 0, 0.5], scores.Matrix.PerClass);
        Assert.Equal([0, 0, 1], Enumerable.Range(0, 3).Select(c => scores.Matrix.Share(1, c)));
        Assert.Equal((0.5, 0.75, 0.625), (scores.Matrix.MeanIu, scores.Matrix.PixelAccuracy, scores.Matrix.FrequencyWeightedIu));
        Assert.Equal((1024, 2048), scores.Sizes.Bounds);
        Assert.Equal((0, 1), (scores.Sizes.Terciles.Small, scores.Sizes.Terciles.Large));
        Assert.True(scores.Boundary.PerClass[0] > 0.9);
        Assert.Equal(0, scores.Boundary.PerClass[1]);
        Assert.True(scores.MedianMilliseconds > 0);
        Assert.Equal(_evaluator.MedianMilliseconds, scores.MedianMilliseconds);
    }

    [Fact]
    public void Shaders_give_the_same_answers_for_images_of_any_size()
    {
        using Evaluator shaders = new(PixelNet.File(Classes), "pixels", inShaders: true);
        using Mat wide = new(Side - 5, 2 * Side, MatType.CV_8UC3, new Scalar(0, 200, 0)), part = new(wide, new Rect(10, 0, Side, Side - 5));
        _image[new Rect(0, 0, Side, Side - 5)].CopyTo(part);
        foreach (Mat image in new[] { _image, wide })
        {
            (byte[] labels, byte[] confidence) = shaders.Decide(image);
            (byte[] expectedLabels, byte[] expectedConfidence) = _evaluator.Decide(image);
            Assert.Equal(expectedLabels, labels);
            Assert.All(confidence.Zip(expectedConfidence), c => Assert.InRange(c.First - c.Second, -1, 1));
        }

        Assert.True(shaders.MedianMilliseconds > 0);
    }

    [Fact]
    public void The_page_has_every_figure_and_escapes_names()
    {
        using TemporaryFolder folder = new();
        using WorstImages worst = new(Classes);
        using Scoreboard scores = Scored(worst.Add);
        EvalPage.Write(folder["page/of/it"], "a < b", scores, worst);
        string[] files = [.. EvalPage.Files(folder["page/of/it"])];
        Assert.Equal(Directory.GetFiles(folder["page/of/it"]).ToHashSet(StringComparer.Ordinal), files.ToHashSet(StringComparer.Ordinal));
        string page = File.ReadAllText(files[0]);
        Assert.DoesNotContain("{{", page, StringComparison.Ordinal);
        string small = scores.Sizes.Terciles.Small.ToString("F4", CultureInfo.InvariantCulture);
        string edge = scores.Boundary.PerClass[2].ToString("F4", CultureInfo.InvariantCulture);
        foreach (string text in new[]
        {
            "a &lt; b", "<tr><td>mIoU<td>0.5000", "<tr><td>pixel accuracy<td>0.7500", "<td>mean accuracy<td>0.6667",
            "<td>frequency-weighted IoU<td>0.6250", $"<td>IoU of small objects (below 1024 pixels)<td>{small}", "<td>of medium ones<td>",
            "<td>of large ones (from 2048 pixels)<td>1.0000", "<tr><td>green<td>0.0000<td>0.0000\n",
            $"<tr><td>red &amp; &lt;b&gt;<td>0.5000<td>{edge}",
            string.Create(CultureInfo.InvariantCulture, $"<td>boundary F1<td>{scores.Boundary.Mean:F4}"),
            string.Create(CultureInfo.InvariantCulture, $"<td>network, median ms per image<td>{scores.MedianMilliseconds:F1}"),
        }) Assert.Contains(text, page, StringComparison.Ordinal);
        Size[] sizes = [.. files[1..].Select(SizeOf)];
        Assert.Equal([new Size(760, 420), new Size(760, 640), new Size(960, 222)], sizes);
    }

    [Fact]
    public void The_page_says_that_labels_are_fused_from_proposals()
    {
        using TemporaryFolder folder = new();
        using WorstImages worst = new(Classes);
        using Evaluator fusing = new(PixelNet.File(Classes), "pixels", new ProposalFusion(4, "MEAN").Checked());
        using Scoreboard scores = Scoreboard.Of(fusing, [new MemoryDataset(Classes, new Sample(_image, _truth))]);
        EvalPage.Write(folder["page"], "fused", scores, worst);
        string page = File.ReadAllText(folder["page/index.html"]);
        Assert.Contains("<td>labels fused<td>mean of the whole image and 4 proposals", page, StringComparison.Ordinal);
        Assert.Contains("<td>network, median ms per proposal<td>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_bars_stand_side_by_side_over_their_class()
    {
        using Scoreboard scores = Scored();
        using Plot plot = Rendered(EvalPlots.Classes(Classes, scores));
        Bar[] bars = [.. plot.GetPlottables<BarPlot>().SelectMany(p => p.Bars)];
        Assert.Equal([-0.2, 0.2, 0.8, 1.2, 1.8, 2.2], bars.Select(b => Math.Round(b.Position, 6)));
        Assert.Equal([1, 0, 0.5], bars.Where((_, i) => i % 2 == 0).Select(b => b.Value));
        Assert.Equal(scores.Boundary.PerClass, bars.Where((_, i) => i % 2 == 1).Select(b => b.Value));
        Assert.All(bars, b => Assert.Equal(0.4, b.Size));
        Assert.All(bars.Chunk(2), pair => Assert.NotEqual(pair[0].FillColor, pair[1].FillColor));
        Assert.Equal(string.Join('|', Classes), Names(plot.Axes.Bottom));
        Assert.Equal([0, 1, 2], Ticks(plot.Axes.Bottom).Select(t => t.Position));
        AxisLimits limits = plot.Axes.GetLimits();
        Assert.Equal((0, 1), (limits.Bottom, limits.Top));
    }

    [Fact]
    public void A_class_that_is_nowhere_has_a_bar_of_zero()
    {
        _truth.SetTo(new Scalar(1), _truth.Equals(2).ToMat());
        _image[new Rect(Side / 2, 0, Side / 2, Side)].SetTo(new Scalar(10, 250, 10));
        using Scoreboard scores = Scored();
        Assert.True(double.IsNaN(scores.Matrix.PerClass[2]));
        using Plot plot = EvalPlots.Classes(Classes, scores);
        Assert.Equal([1, 1, 0], plot.GetPlottables<BarPlot>().SelectMany(p => p.Bars).Where((_, i) => i % 2 == 0).Select(b => b.Value));
    }

    /// <summary>Row truth, from above; column prediction. Shares below a hundredth are left out, and dark cells have white text.</summary>
    [Fact]
    public void The_confusion_matrix_is_written_cell_by_cell()
    {
        ConfusionMatrix matrix = new(3);
        byte[] truth = new byte[1000], predicted = new byte[1000];
        truth.AsSpan(500).Fill(1);
        predicted.AsSpan(500, 298).Fill(1);
        predicted.AsSpan(996).Fill(2);
        matrix.Add(truth, predicted);
        using Plot plot = Rendered(EvalPlots.Confusion(Classes, matrix));
        double[,] cells = plot.GetPlottables<Heatmap>().Single().Intensities;
        Assert.Equal([1, 0, 0, 0.396, 0.596, 0.008, 0, 0, 0], cells.Cast<double>());
        Text[] texts = [.. plot.GetPlottables<Text>()];
        Assert.Equal("1.00|0.40|0.60", string.Join('|', texts.Select(t => t.LabelText)));
        Assert.Equal([(0, 2), (0, 1), (1, 1)], texts.Select(t => ((int)t.Location.X, (int)t.Location.Y)));
        Assert.Equal([Colors.White, Colors.Black, Colors.Black], texts.Select(t => t.LabelFontColor));
        Assert.Equal(string.Join('|', Classes.Reverse()), Names(plot.Axes.Left));
        Assert.Equal(string.Join('|', Classes), Names(plot.Axes.Bottom));
    }

    [Fact]
    public void The_ten_worst_images_are_kept_the_worst_first()
    {
        using TemporaryFolder folder = new();
        using WorstImages worst = new(Classes);
        using Mat nothing = new(_truth.Size(), MatType.CV_8UC1, new Scalar(ClassMap.Ignore)), predicted = _truth.Clone();
        worst.Add(new Sample(_image, nothing), predicted);
        Assert.Equal(0, worst.Count); // nothing in it can be wrong
        int[] wrongRows = [30, 10, 50, 20, 40, 5, 60, 15, 25, 35, 45, 55];
        foreach (int rows in wrongRows)
        {
            _truth.CopyTo(predicted);
            predicted[new Rect(0, 0, Side, rows)].SetTo(new Scalar(2));
            worst.Add(new Sample(_image, _truth), predicted);
        }

        Assert.Equal(10, worst.Count);
        worst.Save(folder["worst.png"]);
        using Mat sheet = Cv2.ImRead(folder["worst.png"]);
        Assert.Equal(new Size(960, 2000 + 22), sheet.Size()); // with a line of legend
        int[] tops = [.. Enumerable.Range(0, 10).Select(row => WrongRows(sheet, row))];
        int[] expected = [.. wrongRows.OrderDescending().Take(10)];
        for (int i = 0; i < 10; i++) Assert.InRange(tops[i] - expected[i], -2, 2);
        Assert.InRange(sheet.At<Vec3b>(20 + 90, 60).Item0, 230, 255); // the image as it is: blue on the left
    }

    [Fact]
    public void Data_of_other_classes_and_files_that_are_no_model_of_ours_are_refused()
    {
        MemoryDataset two = new(["a", "b"], new Sample(_image, _truth));
        Assert.StartsWith(
            "the model has 3 classes, memory 2, and 'a' is none of the model's: choose the data it was trained for, or a --map",
            Assert.Throws<UserError>(() => _evaluator.Evaluate([two])).Message,
            StringComparison.Ordinal);
        string noFile = Assert.Throws<UserError>(() => new Evaluator([1, 2, 3], "x.onnx").Dispose()).Message;
        Assert.StartsWith("x.onnx is not an ONNX file that ONNX Runtime can load (", noFile, StringComparison.Ordinal);
        ModelProto other = ModelProto.Parser.ParseFrom(PixelNet.File());
        other.Graph.Node.Single(n => n.Output.Contains("labels")).Output[0] = "classes";
        other.Graph.Output.Single(o => o.Name == "labels").Name = "classes";
        Assert.Equal(
            "x.onnx lacks the input 'frame' or the output 'labels': export it with './run.sh export'",
            Assert.Throws<UserError>(() => new Evaluator(other.ToByteArray(), "x.onnx").Dispose()).Message);
    }

    [Fact]
    public void Labels_that_no_ArgMax_decides_have_no_probabilities_to_fuse()
    {
        ModelProto other = ModelProto.Parser.ParseFrom(PixelNet.File());
        other.Graph.Node.Single(n => n.OpType == "ArgMax").OpType = "ArgMin";
        UserError e = Assert.Throws<UserError>(() => new Evaluator(other.ToByteArray(), "x.onnx", new ProposalFusion(5)).Dispose());
        Assert.Equal("x.onnx: its labels come from no ArgMax: leave --proposals out", e.Message);
        Assert.Equal("--aggregate sum: choose max or mean", Assert.Throws<UserError>(() => new ProposalFusion(5, "sum").Checked()).Message);
        Assert.Equal(ProposalFusion.Mean, new ProposalFusion(5, "mean").Checked().Aggregate);
    }

    [Fact]
    public void A_score_is_written_into_a_file_and_replaces_that_on_the_same_images()
    {
        using TemporaryFolder folder = new();
        string file = folder["m.onnx"];
        File.WriteAllBytes(file, PixelNet.File(Classes));
        foreach (string score in new[] { "0.1", "0.2" }) ScoreRecord.Write(file, "street val", score);
        ScoreRecord.Write(file, "synth val", "0.3");
        using Evaluator read = new(File.ReadAllBytes(file), "m");
        Dictionary<string, string> expected = new(StringComparer.Ordinal) { ["street val"] = "0.2", ["synth val"] = "0.3" };
        Assert.Equal(expected, read.Manifest.Scores);
        Assert.Equal(Classes, read.Manifest.Classes);
        Assert.Equal(_evaluator.Labels(_image), read.Labels(_image));
    }

    public void Dispose()
    {
        _evaluator.Dispose();
        _truth.Dispose();
        _image.Dispose();
    }

    private Scoreboard Scored(Action<Sample, Mat>? look = null)
        => Scoreboard.Of(_evaluator, [new MemoryDataset(Classes, new Sample(_image, _truth))], look);

    /// <summary>Ticks are only known once a plot is drawn.</summary>
    private static Plot Rendered(Plot plot)
    {
        plot.RenderInMemory(760, 420);
        return plot;
    }

    private static Tick[] Ticks(IAxis axis) => [.. ((NumericManual)axis.TickGenerator).Ticks];

    private static string Names(IAxis axis) => string.Join('|', Ticks(axis).Select(t => t.Label));

    private static Size SizeOf(string file)
    {
        using Mat image = Cv2.ImRead(file);
        return image.Size();
    }

    /// <summary>How many of the 64 rows of an error map, the fourth tile of its row, are red.</summary>
    private static int WrongRows(Mat sheet, int row)
    {
        using Mat tile = new(sheet, new Rect(720 + 40, (200 * row) + 20, 60, 180)); // over the left half: 180 rows for 64
        int red = Enumerable.Range(0, 180).Count(y => tile.At<Vec3b>(y, 30) is { Item2: var r, Item1: var g } && r > g);
        return (int)Math.Round(red * Side / 180.0);
    }
}
