using System.CommandLine;
using System.Text.Json;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Commands;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Networks.Classifiers;
using RealtimeSeg.Training.Runs;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>The trainer's commands as typed, in this process: what each writes when all is well.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Trait("Set", "Slow")]
    [Fact]
    public void Eval_of_a_video_smooths_and_records_flicker()
    {
        string model = Model(), data = Drive();
        Run("eval", model, "--data", data, "--video", "--smooth", "1", "--json", _folder["smooth.json"]);
        Run("eval", model, "--data", data, "--video", "--smooth", "0", "--json", _folder["plain.json"]);
        double Flicker(string file) => Json(file).GetProperty("flicker").GetDouble();
        Assert.True(Flicker("plain.json") > 0, "labels that never change prove nothing");
        Assert.True(Flicker("smooth.json") < Flicker("plain.json"));
        double MeanIu(string file) => Json(file).GetProperty("miou").GetDouble();
        Assert.InRange(MeanIu("smooth.json"), 0, 1);
        Assert.NotEqual(MeanIu("smooth.json"), MeanIu("plain.json")); // what is scored is what is shown
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void Eval_fuses_the_labels_of_object_proposals()
    {
        string model = Model(), data = Drive();
        Run("eval", model, "--data", data, "--json", _folder["whole.json"]);
        Run("eval", model, "--data", data, "--proposals", "4", "--aggregate", "mean", "--json", _folder["fused.json"]);
        Assert.Equal(0, Json("whole.json").GetProperty("proposals").GetInt32());
        Assert.Equal(4, Json("fused.json").GetProperty("proposals").GetInt32());
        Assert.Equal("mean", Json("fused.json").GetProperty("aggregate").GetString());
        double MeanIu(string file) => Json(file).GetProperty("miou").GetDouble();
        Assert.NotEqual(MeanIu("whole.json"), MeanIu("fused.json"));
    }

    [Theory]
    [InlineData("--proposals 4 --aggregate median", "choose max or mean")]
    [InlineData("--proposals 4 --video", "leave --video and --record out")]
    [InlineData("--proposals 4 --record", "leave --video and --record out")]
    [InlineData("--aggregate mean", "is for --proposals: add it")]
    public void Eval_refuses_what_proposals_cannot_do(string options, string remedy)
    {
        string[] words = ["eval", Model(), "--data", Drive(), .. options.Split(' ')];
        UserError error = Assert.Throws<UserError>(() => Run(words));
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_names_a_layout_that_it_does_not_read()
    {
        string model = Path.Combine(Repository.Root, "models/street.onnx");
        string error = Assert.Throws<UserError>(() => Run("convert", model, _folder["o.onnx"])).Message;
        Assert.Contains("its input is [1,?,?,3], channels last, but an image [N,3,H,W] is needed", error, StringComparison.Ordinal);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void Eval_records_its_scores_in_the_model()
    {
        string model = Model(), data = Drive();
        Run("eval", model, "--data", data, "--json", _folder["e.json"], "--record");
        using Evaluator evaluator = new(File.ReadAllBytes(model), model);
        string recorded = Assert.Single(evaluator.Manifest.Scores).Value;
        Assert.Contains(Json("e.json").GetProperty("miou").GetDouble().ToString("F4", null), recorded, StringComparison.Ordinal);
        Assert.Equal($"{Path.GetFileName(data)} val", evaluator.Manifest.Scores.Keys.Single());
    }

    [Trait("Set", "Slow")]
    [Theory]
    [InlineData("--best", 0.5)]
    [InlineData(null, 0.25)]
    public void Export_takes_the_checkpoint_that_it_is_asked_for(string? option, double meanIu)
    {
        RunConfig config = Toy.Config(1, "fcn32s");
        Checkpoint last = Toy.Train(config, _folder["run"]);
        new Checkpoint(config, last.Progress with { ValidationMeanIu = 0.25 }, last.State).Save(_folder["run/" + Checkpoint.FileName]);
        new Checkpoint(config, last.Progress with { ValidationMeanIu = 0.5 }, last.State).Save(_folder["run/" + Checkpoint.BestFileName]);
        Run(["export", _folder["run"], _folder["m.onnx"], .. option is null ? (string[])[] : [option]]);
        using Evaluator evaluator = new(File.ReadAllBytes(_folder["m.onnx"]), "m");
        Assert.Equal(meanIu, evaluator.Manifest.MeanIu);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void A_score_on_images_that_a_network_was_trained_on_stays_out_of_its_file()
    {
        RunConfig config = Toy.Config(1, "fcn32s") with { TrainOn = Split.TrainVal };
        Checkpoint last = Toy.Train(config, _folder["run"]);
        new Checkpoint(config, last.Progress with { ValidationMeanIu = 0.25 }, last.State).Save(_folder["run/" + Checkpoint.FileName]);
        Run("export", _folder["run"], _folder["m.onnx"]);
        using Evaluator evaluator = new(File.ReadAllBytes(_folder["m.onnx"]), "m");
        Assert.Null(evaluator.Manifest.MeanIu);
        Assert.Contains("--train-on trainval", evaluator.Manifest.Recipe[0], StringComparison.Ordinal);

        Checkpoint next = Toy.Train(Toy.Config(1, "fcn32s") with { From = _folder["run"] }, _folder["next"]);
        new Checkpoint(next.Config, next.Progress with { ValidationMeanIu = 0.5 }, next.State).Save(_folder["next/" + Checkpoint.FileName]);
        Run("export", _folder["next"], _folder["n.onnx"]);
        using Evaluator heir = new(File.ReadAllBytes(_folder["n.onnx"]), "n");
        Assert.Null(heir.Manifest.MeanIu); // its weights come from a run that learned from those images
    }

    /// <summary>An ensemble has no score of its own, so its members' weights tell which checkpoints they are.</summary>
    [Trait("Set", "Slow")]
    [Theory]
    [InlineData("--best")]
    [InlineData(null)]
    public void Export_takes_the_checkpoints_that_it_is_asked_for_from_every_run_of_an_ensemble(string? option)
    {
        Checkpoint last = Toy.Train(Toy.Config(1, "fcn32s"), _folder["run"]);
        Dictionary<string, float[]> other = new(StringComparer.Ordinal);
        foreach ((string name, float[] values) in last.State) other[name] = [.. values.Select(v => v * 1.5f)];
        (last with { State = other }).Save(_folder["run/" + Checkpoint.BestFileName]);
        string twice = $"{_folder["run"]},{_folder["run"]}";
        Run(["export", _folder["m.onnx"], "--ensemble", twice, .. option is null ? (string[])[] : [option]]);
        OnnxFile file = OnnxFile.Read(_folder["m.onnx"]);
        float[] bias = (option is null ? last.State : other)["score32.bias"];
        Assert.Equal(2, file.Graph.Initializer.Count(t => file.Dims(t.Name) is [11] && file.Floats(t.Name).SequenceEqual(bias)));
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void Quantize_writes_a_smaller_model_with_almost_the_same_labels()
    {
        string model = Model(), data = Drive();
        Run("eval", model, "--data", data, "--record");
        Run("quantize", model, _folder["q.onnx"], "--data", data, "--pictures", "3");
        Assert.InRange(new FileInfo(_folder["q.onnx"]).Length, 1, new FileInfo(model).Length / 3);
        using Evaluator exact = new(File.ReadAllBytes(model), "m"), integers = new(File.ReadAllBytes(_folder["q.onnx"]), "q");
        Assert.EndsWith("in 8 bits", integers.Manifest.Network, StringComparison.Ordinal);
        Assert.Equal((1, 0), (exact.Manifest.Scores.Count, integers.Manifest.Scores.Count)); // those are another file's
        Mat image = Toy.Street.Parts[0].Load(1).Image;
        Assert.True(exact.Labels(image).Zip(integers.Labels(image), (a, b) => a == b ? 1.0 : 0).Average() > 0.8);
    }

    [Fact]
    public void Convert_writes_a_network_of_the_classifiers_layers()
    {
        Classifier classifier = BuiltIn.Vgg16(narrow: 16);
        ClassifierFile.Write(classifier, _folder["c.onnx"]);
        Run("convert", _folder["c.onnx"], _folder["m.onnx"], "--classes", "5", "--net", "fcn16s");
        using Evaluator evaluator = new(File.ReadAllBytes(_folder["m.onnx"]), "m");
        Assert.Equal(("fcn16s-c", 5), (evaluator.Manifest.Network, evaluator.Manifest.Classes.Count));
        float[] kernel = Convolutions(_folder["c.onnx"])[3].Weight;
        OnnxFile file = OnnxFile.Read(_folder["m.onnx"]);
        Assert.Contains(file.Graph.Initializer, t => t.DataType == (int)ElementType.Float && file.Floats(t.Name).SequenceEqual(kernel));
    }

    /// <summary>A built-in network takes the layers of a classifier's file that fit, in order, with their values.</summary>
    [Fact]
    public void A_run_starts_from_a_classifiers_weights()
    {
        Classifier classifier = BuiltIn.Vgg16(narrow: 16);
        ClassifierFile.Write(classifier, _folder["c.onnx"]);
        Fcn network = new(32, 11, Backbone.Of("narrow", classifier, InputScaling.Plain));
        string report = "";
        IReadOnlyDictionary<string, float[]> taken =
            InitialWeights.Of(Toy.Config(1) with { Init = _folder["c.onnx"] }, network, line => report = line)!;
        (float[] Weight, float[] Bias)[] given = Convolutions(_folder["c.onnx"]); // 13, as the paper numbers them
        Assert.Contains("random: score32", report, StringComparison.Ordinal);
        Assert.Equal(given[0].Weight, taken["conv1_1.weight"]);
        Assert.Equal(given[12].Bias, taken["conv5_3.bias"]);
        Assert.Contains(taken["conv5_3.weight"], v => v != 0);
        RunConfig still = Toy.Config(1) with { LearningRate = 1e-9, WeightDecay = 0 };
        Trainer trainer = new(still, _folder["run"], Toy.Street, null, taken, network);
        Directory.CreateDirectory(_folder["run"]);
        trainer.Run(null, _ => { }, default);
        float[] after = Checkpoint.Load(_folder["run/" + Checkpoint.FileName]).State["conv3_1.weight"];
        Assert.True(given[4].Weight.Zip(after).All(p => Math.Abs(p.First - p.Second) < 1e-6f), "training did not start there");
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void Bench_times_a_step_and_names_its_operators()
    {
        Run("train", "--bench", "--net", "fcn32s", "--batch", "1", "--crop", "32x32", "--json", _folder["b.json"]);
        JsonElement figures = Json("b.json");
        Assert.True(figures.GetProperty("step_ms").GetProperty("p50_ms").GetDouble() > 0);
        Dictionary<string, double> shares = figures.GetProperty("operator_share").Deserialize<Dictionary<string, double>>()!;
        Assert.True(shares.ContainsKey("Conv"));
        Assert.InRange(shares.Values.Sum(), 0.5, 1.001);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void Data_sample_draws_a_clip_that_can_be_checked_previewed_and_evaluated_on()
    {
        Run("data", "sample", _folder["drive"], "--frames", "3");
        Assert.Equal(3, Directory.GetFiles(_folder["drive/val"]).Length);
        using VideoCapture clip = new(_folder["drive/street.mp4"], VideoCaptureAPIs.FFMPEG);
        Assert.Equal(3, clip.FrameCount);
        IDataset set = DatasetLayout.Open(_folder["drive"], new Split(Training: false), null);
        Assert.True(set.Load(0).Labels.AsSpan<byte>().ToArray().Distinct().Count() > 5);
        Run("data", "check", _folder["drive/street.mp4"], "--out", _folder["clip.png"]);
        Assert.True(File.Exists(_folder["clip.png"]));
        Assert.Equal(2, CalibrationImages.Open(_folder["drive/street.mp4"], map: null).Take(2).Count(i => i.Width == clip.FrameWidth));
    }

    [Fact]
    public void Data_check_and_preview_draw_what_is_in_a_set()
    {
        string data = Drive();
        Run("data", "check", data, "--out", _folder["check.png"]);
        Run("data", "preview", data, "--augment", "rotate,cutout", "--out", _folder["preview.png"]);
        using Mat check = Cv2.ImRead(_folder["check.png"]), preview = Cv2.ImRead(_folder["preview.png"]);
        Assert.True(check.Width > 400 && preview.Height > check.Height, $"{check.Size()}, {preview.Size()}");
        using Mat grey = preview.CvtColor(ColorConversionCodes.BGR2GRAY);
        Cv2.MeanStdDev(grey, out _, out Scalar deviation);
        Assert.True(deviation.Val0 > 20, "the sheet is empty");
    }

    private static void Run(params string[] arguments)
    {
        ParseResult parsed = TrainerCommands.Root().Parse(arguments);
        Assert.Equal(0, parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false }));
    }

    private JsonElement Json(string file) => JsonDocument.Parse(File.ReadAllText(_folder[file])).RootElement;

    private static (float[] Weight, float[] Bias)[] Convolutions(string file)
    {
        Classifier c = OnnxClassifier.Load(file);
        return [.. c.Layers.OfType<ConvLayer>().Select(l => (c.Weights![l.Name + ".weight"], c.Weights[l.Name + ".bias"]))];
    }

    private string Model()
    {
        Exporter.Random(NetworkNames.Parse("fcn4s", null, 11), "any", 3, _folder["model.onnx"]);
        return _folder["model.onnx"];
    }

    /// <summary>Eight noisy images of a standing camera, to train and to validate on, in CamVid's layout.</summary>
    private string Drive()
    {
        Sample sample = Toy.Street.Parts[0].Load(0);
        Rect window = new(100, 100, 128, 96);
        using Mat image = new(sample.Image, window), labels = new(sample.Labels, window);
        using Mat noise = new(96, 128, MatType.CV_16SC3), noisy = new();
        Cv2.SetTheRNG(5);
        foreach (string split in new[] { "train", "val" })
        {
            Directory.CreateDirectory(_folder[$"data/{split}"]);
            Directory.CreateDirectory(_folder[$"data/{split}annot"]);
            for (int i = 0; i < 8; i++)
            {
                Cv2.Randn(noise, Scalar.All(0), Scalar.All(4));
                Cv2.Add(image, noise, noisy, dtype: (int)MatType.CV_8UC3);
                Cv2.ImWrite(_folder[$"data/{split}/{i}.png"], noisy);
                Cv2.ImWrite(_folder[$"data/{split}annot/{i}.png"], labels);
            }
        }

        return _folder["data"];
    }
}
