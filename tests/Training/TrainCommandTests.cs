using System.CommandLine;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Commands;
using RealtimeSeg.Training.Runs;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>The trainer's command line, and the files of a run that follow from it.</summary>
public sealed class TrainCommandTests
{
    [Fact]
    public void Every_option_goes_to_its_own_setting()
    {
        OptionRoundTrip.Check(TrainOptions.Rows, new TrainSettings());
        OptionRoundTrip.Check(EvalCommand.Rows, new EvalSettings());
        OptionRoundTrip.Check(ExportCommand.Rows, new ExportSettings());
        OptionRoundTrip.Check(QuantizeCommand.Rows, new QuantizeSettings());
        OptionRoundTrip.Check(ConvertCommand.Rows, new ConvertSettings());
        OptionRoundTrip.Check(ReproduceCommand.Rows, new ReproduceSettings());
        OptionRoundTrip.Check(DataSample.Rows, new SampleSettings());
        OptionRoundTrip.Check(DataPreview.Rows, new PreviewSettings());
        OptionRoundTrip.Check(DataCheck.Rows, new CheckSettings());
    }

    /// <summary>A recipe that lists every option, so that a row that loses its text, its place or its rule is seen.</summary>
    [Fact]
    public void A_recipe_lists_the_options_of_a_run_in_the_order_of_their_rows()
    {
        RunConfig config = new()
        {
            Net = "fcn8s",
            Backbone = "/home/me/vgg.onnx",
            Input = new(Rgb: false, [1, 2.5f, 3], [4, 4, 4]),
            Features = "block/add",
            OutputStride = 16,
            UntrainedBody = true,
            Neck = "fpn",
            Init = "../a/b.onnx",
            From = "/tmp/runs/one/",
            ForIntegers = true,
            ObjectCrops = true,
            Proposals = 9,
            BodyLearningRate = 2e-4,
            FrozenEpochs = 3,
            Upsampling = "bilinear",
            Data = "/data/camvid:2,synth:1",
            Map = "street",
            LeaveOut = "0006R0",
            TrainOn = "trainval",
            Scale = "0.5-1",
            ClipNorm = 1.5f,
            AverageDecay = 0.999,
            TotalSteps = 7,
            Objective = new() { LabelSmoothing = 0.1f, Auxiliary = 0.4f },
        };
        Assert.Equal(
            "train --net fcn8s --backbone vgg.onnx --features block/add --output-stride 16 --untrained-body --neck fpn "
            + "--color bgr --mean 1,2.5,3 --std 4,4,4 --init b.onnx --from one --qat --stage 1 --proposals 9 --upsample bilinear "
            + "--data camvid:2,synth:1 --map street --leave-out 0006R0 --train-on trainval --augment plain --scale 0.5-1 "
            + "--batch 8 --crop 384x288 --optimizer adamw --lr 0.001 --body-lr 0.0002 --freeze-body 3 --schedule poly "
            + "--warmup 100 --weight-decay 0.01 --clip 1.5 "
            + "--loss ce --label-smoothing 0.1 --aux 0.4 --class-weights log --average 0.999 --seed 1 --steps 7 --out here",
            Recipe.Of("here", config)[0]);
        Assert.Equal(
            "train --net fcn8s --data synth --augment plain --batch 8 --crop 384x288 --optimizer adamw --lr 0.001 --schedule poly "
            + "--warmup 100 --weight-decay 0.01 --loss ce --class-weights log --seed 1 --out here",
            Recipe.Of("here", new RunConfig())[0]);
    }

    [Fact]
    public void An_option_is_a_row_that_help_shows_with_its_default()
    {
        Command train = TrainerCommands.Root().Subcommands.Single(c => c.Name == "train");
        Assert.All(RunOptionTable.All, o => Assert.Contains(train.Options, t => t.Name == o.Row.Name));
        Assert.Equal("384x288", train.Options.Single(o => o.Name == "--crop").GetDefaultValue());
        Assert.Equal(40, train.Options.Single(o => o.Name == "--epochs").GetDefaultValue());
    }

    [Theory]
    [InlineData("--batch", "0", "at least 1")]
    [InlineData("--average", "1", "below 1")]
    [InlineData("--stage", "3", "between 1 and 2")]
    [InlineData("--epochs", "0", "at least 1")]
    [InlineData("--steps", "0", "at least 1")]
    [InlineData("--eval-every", "0", "at least 1")]
    public void A_value_outside_its_limit_is_refused_with_its_option(string option, string value, string message)
    {
        ParseResult parsed = TrainerCommands.Root().Parse(["train", option, value]);
        UserError e = Assert.Throws<UserError>(() => parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false }));
        Assert.StartsWith($"{option} {value}: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }
}
