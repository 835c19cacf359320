using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Commands;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Networks.Classifiers;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Runs;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>The bodies of files: where they end, what they compute, and the networks on them.</summary>
public sealed class BodyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder["mobile.onnx"];

    public void Dispose() => _folder.Dispose();

    /// <summary>Padding that already fits is kept, so that the FCN sees what the file's own layers would.</summary>
    [Theory]
    [InlineData(false, 24)]
    [InlineData(true, 12)]
    public void A_body_computes_the_files_features_at_any_size(bool named, int channels)
    {
        ClassifierFile.WriteMobile(File, MobileHead.ImagePooling);
        Classifier body = OnnxClassifier.Load(File, named ? FirstSum() : null);
        Assert.Equal(named ? FirstSum() : ClassifierFile.LastFeatures, body.Tensor);
        Assert.False(body.HasScores);
        Assert.Empty(Convolutionalized.Widened(body));

        byte[] original = ConversionProof.WithOutput(OnnxFile.Read(File), body.Tensor);
        float[] odd = Ort.Spread(3 * 79 * 101, 4), even = Ort.Spread(3 * 64 * 96, 4);
        byte[] exact = ClassifierGraph.Convolutional(body, body.Weights!);
        (float[] Values, long[] Shape) expected = Ort.OnImage(original, odd, 79, 101), got = Ort.OnImage(exact, odd, 79, 101);
        Assert.Equal(expected.Shape, got.Shape);
        Assert.Equal(channels, got.Shape[1]);
        Assert.True(Difference(expected.Values, got.Values) < 1e-4, "the exact form differs");
        Assert.True(expected.Values.Max() - expected.Values.Min() > 0.1, "features that are all the same prove nothing");
        if (named) return; // no FCN ends at stride 4
        float[] aligned = Ort.OnImage(ClassifierGraph.Body(body, body.Weights!), even, 64, 96).Values;
        Assert.True(Difference(Ort.OnImage(original, even, 64, 96).Values, aligned) < 1e-4, "the FCN's form differs");
    }

    [Theory]
    [InlineData(MobileHead.Dense)]
    [InlineData(MobileHead.ClassMap)]
    public void A_classifier_that_ends_in_a_mean_is_proved_and_ends_before_it(MobileHead head)
    {
        ClassifierFile.WriteMobile(File, head, side: 64);
        Classifier read = OnnxClassifier.Load(File);
        Assert.Equal((true, ClassifierFile.LastFeatures), (read.HasScores, read.Tensor));
        float[] image = Ort.Spread(3 * 64 * 64, 6);
        float[] expected = Ort.OnImage(System.IO.File.ReadAllBytes(File), image, 64, 64).Values;
        byte[] convolutional = ClassifierGraph.Convolutional(read, read.Weights!);
        float[] logits = Ort.OnImage(convolutional, image, 64, 64).Values;
        Assert.True(Difference(expected, [.. Probabilities(logits)]) < 1e-5);
        Assert.True(expected.Max() - expected.Min() > 0.01, "probabilities that are all the same prove nothing");
        Assert.Equal([1, 5, 3, 3], Ort.OnImage(convolutional, Ort.Spread(3 * 96 * 96, 6), 96, 96).Shape);
        ConversionProof.Check(File, read, InputScaling.ImageNet); // throws if it does not hold
    }

    /// <summary>One bias of the first layer that is off, or padding on the other side.</summary>
    [Fact]
    public void A_layer_that_was_misread_fails_the_proof()
    {
        ClassifierFile.WriteMobile(File, MobileHead.ImagePooling);
        Classifier read = OnnxClassifier.Load(File);
        Dictionary<string, float[]> weights = new(read.Weights!, StringComparer.Ordinal);
        string bias = read.Layers.OfType<ConvLayer>().First().Name + ".bias";
        weights[bias] = [weights[bias][0] + 0.2f, .. weights[bias][1..]];
        static ClassifierLayer Shifted(ClassifierLayer l) => l is ConvLayer { Kernel: 3, Stride: 2 } c ? c with { Pads = [1, 1, 0, 0] } : l;
        ClassifierLayer[] shifted = [.. read.Layers.Select(Shifted)];
        foreach (Classifier wrong in new[] { read with { Weights = weights }, read with { Layers = shifted } })
        {
            UserError e = Assert.Throws<UserError>(() => ConversionProof.Check(File, wrong, InputScaling.ImageNet));
            Assert.Contains("misread", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_network_whose_body_cannot_be_told_lists_the_tensors_to_choose_from()
    {
        ClassifierFile.WriteMobile(File, MobileHead.Map);
        string message = Assert.Throws<UserError>(() => OnnxClassifier.Load(File)).Message;
        Assert.Contains("--features", message, StringComparison.Ordinal);
        Assert.Contains("last (stride 16, 24 channels)", message, StringComparison.Ordinal);
        Assert.Contains("(stride 8, 16 channels)", message, StringComparison.Ordinal);
        Assert.DoesNotContain("stride 4,", message, StringComparison.Ordinal);
        message = Assert.Throws<UserError>(() => OnnxClassifier.Load(File, "none")).Message;
        Assert.Contains("last (stride 16", message, StringComparison.Ordinal);
        Assert.Equal(ClassifierFile.LastFeatures, OnnxClassifier.Load(File, ClassifierFile.LastFeatures).Tensor);
    }

    [Theory]
    [InlineData("fcn32s", "score16")]
    [InlineData("fcn16s", "score16 score8")]
    [InlineData("fcn8s", "score16 score8 score4")]
    [InlineData("fcn4s", "score16 score8 score4")]
    public void On_a_body_that_stops_at_16_the_names_count_its_maps_from_there(string net, string scores)
    {
        ClassifierFile.WriteMobile(File, MobileHead.Dense);
        IEnumerable<string> declared = InferenceGraph.Declared(NetworkNames.Parse(net, File, 3)).Select(p => p.Name);
        IEnumerable<string> found = declared.Where(n => n.StartsWith("score", StringComparison.Ordinal)).Select(n => n.Split('.')[0]);
        Assert.Equal(scores, string.Join(' ', found.Distinct(StringComparer.Ordinal)));
    }

    /// <summary>Between two residual blocks, not inside one: what all later layers build on.</summary>
    [Fact]
    public void Features_of_a_stride_are_the_last_that_everything_passes_through()
    {
        ClassifierFile.WriteMobile(File, MobileHead.Dense);
        Classifier read = OnnxClassifier.Load(File);
        Dictionary<string, long> channels = InferenceGraph.Declared(NetworkNames.Parse("fcn4s", File, 3))
            .Where(p => p.Name.StartsWith("score", StringComparison.Ordinal) && p.Kind == ParameterKind.Weight)
            .ToDictionary(p => p.Name, p => p.Shape[1], StringComparer.Ordinal);
        Assert.Equal((12, 16, 24), (channels["score4.weight"], channels["score8.weight"], channels["score16.weight"]));
        Assert.Contains(read.Layers.OfType<GlobalMeanLayer>(), m => m.Side == 56); // squeeze-and-excitation, of 224 / 4
    }

    /// <summary>At 8 the last stride is dilation instead; back at 16 it is a stride again.</summary>
    [Fact]
    public void Features_at_a_finer_output_stride_contain_the_coarser_ones()
    {
        (float[] Values, long[] Shape) Features(Classifier body)
            => Ort.OnImage(ClassifierGraph.Body(body, body.Weights!), Ort.Spread(3 * 64 * 96, 5), 64, 96);

        ClassifierFile.WriteMobile(File, MobileHead.Map);
        Classifier read = OnnxClassifier.Load(File, ClassifierFile.LastFeatures), finer = OutputStride.At(read, 8);
        (float[] coarse, long[] shape) = Features(read);
        (float[] fine, long[] fineShape) = Features(finer);
        Assert.Equal([1, 24, 4, 6], shape);
        Assert.Equal([1, 24, 8, 12], fineShape);
        Assert.Equal(coarse, EverySecond(fine, fineShape), (a, b) => Math.Abs(a - b) < 1e-4);
        Assert.Equal(coarse, Features(OutputStride.At(finer, 16)).Values);
        Assert.Equal(coarse, Features(OutputStride.At(read, 16)).Values);
    }

    [Fact]
    public void An_output_stride_that_a_body_cannot_have_is_refused()
    {
        ClassifierFile.WriteMobile(File, MobileHead.Dense);
        Classifier read = OnnxClassifier.Load(File);
        string Error(Classifier body, int stride) => Assert.Throws<UserError>(() => OutputStride.At(body, stride)).Message;
        Assert.Contains("the body ends at stride 16", Error(read, 32), StringComparison.Ordinal); // nothing before its dilation was undone
        string sum = read.Layers.OfType<AddLayer>().First().Name[Classifier.FilePrefix.Length..];
        Assert.Contains("the body ends at stride 4", Error(OnnxClassifier.Load(File, sum), 8), StringComparison.Ordinal);
    }

    /// <summary>Strides of 3 · 2 · 2 · 2: a stride that is taken away goes past 16, and giving it back would never end.</summary>
    [Fact]
    public void An_output_stride_that_is_passed_is_refused()
    {
        ClassifierFile.WriteMobile(File, MobileHead.Dense);
        Classifier read = OnnxClassifier.Load(File, ClassifierFile.LastFeatures);
        ConvLayer stem = read.Layers.OfType<ConvLayer>().First();
        Classifier odd = read with { Layers = [.. read.Layers.Select(l => l == stem ? stem with { Stride = 3 } : l)] };
        string message = Assert.Throws<UserError>(() => OutputStride.At(odd, 16)).Message;
        Assert.Contains("the body ends at stride 12", message, StringComparison.Ordinal);
    }

    [Trait("Set", "Slow")]
    [Theory]
    [InlineData("fcn8s", BodyChoice.NoNeck)]
    [InlineData("fcn4s", BodyChoice.PyramidNeck)]
    [InlineData("deconvnet", BodyChoice.NoNeck)]
    [InlineData("fcn8s", BodyChoice.NoNeck, true)]
    public void A_network_on_a_files_body_trains_exports_and_runs_at_any_size(string net, string neck, bool untrained = false)
    {
        ClassifierFile.WriteMobile(File, MobileHead.ImagePooling);
        RunConfig config = Toy.Config(3, net) with { Backbone = File, Input = InputScaling.ImageNet, Neck = neck };
        config = config with { UntrainedBody = untrained };
        Toy.Train(config, _folder["run"]);
        ModelManifest manifest = RunExport.FromRun(_folder["run"], _folder["m.onnx"]);
        Assert.Equal(neck == BodyChoice.NoNeck ? $"{net}-mobile" : $"{net}-mobile-fpn", manifest.Network);
        string recorded = neck == BodyChoice.NoNeck ? "--backbone mobile.onnx --color rgb" : "--neck fpn";
        if (untrained) recorded = "--backbone mobile.onnx --untrained-body --color rgb";
        Assert.Contains(recorded, manifest.Recipe[0], StringComparison.Ordinal);
        using Evaluator evaluator = new(System.IO.File.ReadAllBytes(_folder["m.onnx"]), "m");
        using Mat image = new Mat(Toy.Street.Parts[0].Load(0).Image, new Rect(0, 0, 110, 75)).Clone();
        Assert.Equal(75 * 110, evaluator.Labels(image).Length);
    }

    [Fact]
    public void The_scaling_of_a_file_is_the_networks_with_init_too()
    {
        InputScaling caffe = new(Rgb: false, [104, 117, 123], [1, 1, 1]);
        TrainSettings settings = new() { Run = new RunConfig { Net = "fcn32s", Backbone = "vgg16", Init = "vgg.onnx", Input = caffe } };
        RunConfig config = settings.ConfigFor(Toy.Street);
        Assert.Equal(caffe, config.Input);
        Assert.Equal(caffe, ((Fcn)config.Network()).Backbone.Input);
        Assert.Equal(caffe, ((DeconvNet)(config with { Net = "deconvnet" }).Network()).Encoder.Input);
        Assert.Equal(InputScaling.ImageNet, (settings with { Run = settings.Run with { Input = null } }).ConfigFor(Toy.Street).Input);
        RunConfig random = settings.Run with { Init = null, Input = null };
        Assert.Null(new TrainSettings { Run = random }.ConfigFor(Toy.Street).Input);
        Assert.Equal(InputScaling.Plain, Backbone.Parse("vgg16").Input);
        UserError e = Assert.Throws<UserError>(() => new TrainSettings { Run = random with { Input = caffe } }.ConfigFor(Toy.Street));
        Assert.Contains("--init", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_number_stands_for_all_channels_and_an_order_takes_ImageNets_along()
    {
        static InputScaling Given(params string[] arguments)
        {
            System.CommandLine.RootCommand root = new("train");
            OptionTable<TrainSettings> table = TrainOptions.Table();
            table.AddTo(root);
            return table.Read(root.Parse(arguments)).Run.Input!;
        }

        InputScaling centred = new(Rgb: true, [128, 128, 128], [128, 128, 128]);
        Assert.Equal(centred, Given("--std", "128", "--mean", "128", "--color", "rgb"));
        InputScaling reversed = Given("--color", "bgr");
        Assert.Equal(InputScaling.ImageNet.Mean.Reverse(), reversed.Mean);
        Assert.Equal((false, InputScaling.ImageNet.Deviation[0]), (reversed.Rgb, reversed.Deviation[2]));
        Assert.Equal([1f, 2, 3], Given("--mean", "1,2,3", "--color", "bgr").Mean); // in the network's own order
    }

    [Fact]
    public void Convert_takes_a_body_up_to_a_tensor_under_a_pyramid()
    {
        ClassifierFile.WriteMobile(File, MobileHead.Map);
        string[] body = ["--features", ClassifierFile.LastFeatures, "--neck", "fpn"];
        string[] command = ["convert", File, _folder["m.onnx"], .. body, "--net", "fcn4s"];
        Assert.Equal(0, TrainerCommands.Root().Parse(command).Invoke(new() { EnableDefaultExceptionHandler = false }));
        using Evaluator evaluator = new(System.IO.File.ReadAllBytes(_folder["m.onnx"]), "m");
        Assert.Equal("fcn4s-mobile-fpn", evaluator.Manifest.Network);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void A_run_from_another_one_keeps_the_scaling_of_its_weights()
    {
        InputScaling half = new(Rgb: true, [128, 128, 128], [128, 128, 128]);
        Toy.Train(Toy.Config(1) with { Input = half, Backbone = "reslite" }, _folder["first"]);
        RunConfig next = Toy.Config(1) with { From = _folder["first"], Backbone = "reslite" };
        Assert.Equal(half, new TrainSettings { Run = next }.ConfigFor(Toy.Street).Input);
    }

    [Fact]
    public void Choices_that_a_body_does_not_have_are_refused()
    {
        static string Error(string net, string backbone, BodyChoice choice)
            => Assert.Throws<UserError>(() => NetworkNames.Parse(net, backbone, 3, body: choice)).Message;
        Assert.Contains("--backbone FILE", Error("fcn8s", "reslite", new BodyChoice(Features: "x")), StringComparison.Ordinal);
        Assert.Contains("--backbone FILE", Error("fcn8s", "reslite", new BodyChoice(OutputStride: 16)), StringComparison.Ordinal);
        Assert.Contains("--backbone FILE", Error("deconvnet", "vgg16", new BodyChoice(OutputStride: 16)), StringComparison.Ordinal);
        Assert.Contains("leave it out", Error("fcn8s", "vgg16", new BodyChoice(Untrained: true)), StringComparison.Ordinal);
        Assert.Contains("--backbone FILE", Error("deconvnet", "vgg16", new BodyChoice(Untrained: true)), StringComparison.Ordinal);
        Assert.Contains("choose none or fpn", Error("fcn8s", "reslite", new BodyChoice(Neck: "giraffe")), StringComparison.Ordinal);
        Assert.Contains("--neck is for FCNs", Error("deconvnet", "vgg16", new BodyChoice(Neck: "fpn")), StringComparison.Ordinal);
    }

    /// <summary>As combining the weights of runs asks.</summary>
    [Fact]
    public void Networks_of_the_same_choices_are_equal()
    {
        ClassifierFile.WriteMobile(File, MobileHead.Dense);
        foreach ((string backbone, BodyChoice choice) in new[] { ("reslite-fpn", new BodyChoice()), (File, new BodyChoice(Neck: "fpn")) })
        {
            INetwork one = NetworkNames.Parse("fcn8s", backbone, 3, body: choice);
            Assert.Equal(one, NetworkNames.Parse("fcn8s", backbone, 3, body: choice));
            Assert.NotEqual(one, NetworkNames.Parse("fcn8s", "reslite", 3));
        }

        Assert.NotEqual(NetworkNames.Parse("fcn8s", File, 3), NetworkNames.Parse("fcn8s", File, 3, body: new BodyChoice(Untrained: true)));
    }

    /// <summary>
    /// A batch norm for each map, grouped kernels included. Over the one cell per image of squeeze-and-excitation it would be noise: that
    /// keeps its biases.
    /// </summary>
    [Fact]
    public void An_untrained_body_has_the_files_layers_and_none_of_its_weights()
    {
        ClassifierFile.WriteMobile(File, MobileHead.Dense);
        Parameter[] Body(bool untrained)
        {
            INetwork net = NetworkNames.Parse("fcn8s", File, 3, body: new BodyChoice(Untrained: untrained));
            return [.. InferenceGraph.Declared(net).Where(p => p.InBody)];
        }

        static (string, string)[] Kernels(Parameter[] all)
            => [.. all.Where(p => p.Kind == ParameterKind.Weight).Select(p => (p.Name, p.Shape.ToString()))];
        Parameter[] trained = Body(untrained: false), untrained = Body(untrained: true);
        Assert.Equal(Kernels(trained), Kernels(untrained));
        Classifier read = OnnxClassifier.Load(File);
        Assert.All(trained, p => Assert.Equal(read.Weights![p.Name], p.Initial(seed: 1)));
        Assert.All(untrained, p => Assert.False(read.Weights!.TryGetValue(p.Name, out float[]? v) && v.SequenceEqual(p.Initial(seed: 1))));
        int cells = untrained.Count(p => p.Name.EndsWith(".bias", StringComparison.Ordinal));
        int norms = untrained.Count(p => p.Name.EndsWith(".gamma", StringComparison.Ordinal));
        Assert.Equal((2, trained.Count(p => p.Name.EndsWith(".bias", StringComparison.Ordinal)) - 2), (cells, norms));
    }

    /// <summary>The first sum in the file: of 12 channels, at stride 4.</summary>
    private string FirstSum() => OnnxFile.Read(File).Graph.Node.First(n => n.OpType == "Add").Output[0];

    private static IEnumerable<float> Probabilities(float[] logits)
    {
        double total = logits.Sum(v => Math.Exp(v));
        return logits.Select(v => (float)(Math.Exp(v) / total));
    }

    private static float Difference(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();

    /// <summary>Of planes [1,C,H,W], every second row and column.</summary>
    private static float[] EverySecond(float[] values, long[] shape)
    {
        (int h, int w) = ((int)shape[2], (int)shape[3]);
        return [.. values.Where((_, i) => i / w % h % 2 == 0 && i % w % 2 == 0)];
    }
}
