using System.CommandLine;
using OpenCvSharp;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Commands;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>What the trainer refuses in one line rather than do something else in silence.</summary>
public sealed class RefusalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("train --data DATA --steps 2 --epochs 3", "--epochs does nothing with --steps")]
    [InlineData("train --data DATA --json x.json", "--json is for --bench")]
    [InlineData("train --data DATA --classes 5", "--classes is for --bench")]
    [InlineData("train --bench --init nothing.onnx", "--init does nothing with --bench")]
    [InlineData("train --bench --qat", "--qat does nothing with --bench")]
    [InlineData("train --bench --teacher nothing.onnx", "--teacher does nothing with --bench")]
    [InlineData("train --data DATA --teacher-weight 2", "--teacher-weight is for --teacher")]
    [InlineData("train --data DATA --net fcn8", "no network 'fcn8' (did you mean fcn8s?)")]
    [InlineData("train --data DATA --net fcn8s --backbone reslit", "(did you mean reslite?)")]
    [InlineData("train --data DATA --net deconvnet --backbone vgg61", "(did you mean vgg16?)")]
    [InlineData("train --data DATA --qat", "--qat refines a trained network: name its run with --from")]
    [InlineData("train --data DATA --qat --init nothing.onnx", "--qat refines a trained network: name its run with --from")]
    [InlineData("train --data DATA --net deconvnet --upsample bilinear", "deconvnet has no upsampling to choose")]
    [InlineData("train --data DATA --net fcn32s --upsample bilinear", "fcn32s has no upsampling to choose")]
    [InlineData("train --data DATA --net fcn8s --stage 1", "--stage is for deconvnet, not fcn8s")]
    [InlineData("train --data DATA --lr nan", "--lr NaN: it must be above 0")]
    [InlineData("train --data DATA --weight-decay=-1", "--weight-decay -1: it cannot be negative")]
    [InlineData("train --data DATA --warmup=-5", "--warmup -5: it cannot be negative")]
    [InlineData("train --data DATA:1,synth:1e10", "more images than can be counted from synth")]
    [InlineData("train --data DATA:4,synth:0.0001", "no image from synth")]
    [InlineData("train --data DATA --leave-out 0006R0", "has no drive 0006R0: there are 0, 1, 2")]
    [InlineData("train --data MASKS --leave-out 0006R0", "only sets in CamVid's layout are divided by drive")]
    [InlineData("train --data DATA --out DATA", "contains other files than a run's")]
    [InlineData("eval MODEL --data DATA --smooth 0.5", "--smooth is for --video")]
    [InlineData("eval MODEL --data DATA --video --smooth 5", "--smooth 5: it must lie between 0 and 1")]
    [InlineData("eval MODEL --data MASKS --video", "the model has 11 classes, masks 2")]
    [InlineData("eval MODEL --data DATA,synth --video", "takes the frames of one video")]
    [InlineData("eval DATA --data DATA", "makes a model of it")]
    [InlineData("eval MODEL --data synth --split leave-out:abc", "only sets in CamVid's layout are divided by drive")]
    [InlineData("export run OUT --net fcn32s", "--net is for --random")]
    [InlineData("export run OUT --combine product", "--combine is for --ensemble")]
    [InlineData("export OUT --random --best", "--best does nothing with --random")]
    [InlineData("export OUT --random --net classifier --backbone alexnet --fp16", "leave the form out")]
    public void What_would_do_nothing_or_something_else_is_refused(string command, string says)
    {
        WriteData("data/train", "data/trainannot", 3);
        WriteData("data/val", "data/valannot", 3);
        WriteData("masks/images", "masks/masks", 5);
        if (command.Contains("MODEL", StringComparison.Ordinal))
            Exporter.Random(NetworkNames.Parse("fcn32s", null, 11), "any", 3, _folder["m.onnx"]);
        command = command.Replace("DATA", _folder["data"], StringComparison.Ordinal)
            .Replace("MASKS", _folder["masks"], StringComparison.Ordinal)
            .Replace("MODEL", _folder["m.onnx"], StringComparison.Ordinal).Replace("OUT", _folder["o.onnx"], StringComparison.Ordinal);
        Assert.Contains(says, Assert.Throws<UserError>(() => Run(command.Split(' '))).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["o.onnx"]));
    }

    [Fact]
    public void A_check_names_every_image_without_a_label()
    {
        WriteData("data/train", "data/trainannot", 3);
        WriteData("data/val", "data/valannot", 3);
        File.Delete(_folder["data/trainannot/0.png"]);
        File.Delete(_folder["data/valannot/2.png"]);
        string[] missing = [.. DatasetLayout.Unlabelled(_folder["data"])];
        Assert.Equal(2, missing.Length);
        Assert.Contains("train/0.png has no label file", missing[0], StringComparison.Ordinal);
        Assert.Contains("val/2.png has no label file", missing[1], StringComparison.Ordinal);
        Assert.Equal(1, Run("data", "check", _folder["data"], "--out", _folder["c.png"]));
    }

    /// <summary>What a model labelled has nothing to validate on, and few images may be fewer than a sheet's columns.</summary>
    [Fact]
    public void A_set_of_one_split_is_checked_and_a_small_one_drawn()
    {
        WriteData("data/train", "data/trainannot", 3);
        Assert.Equal(0, Run("data", "check", _folder["data"], "--out", _folder["c.png"]));
        Assert.Equal(0, Run("data", "preview", _folder["data"], "--out", _folder["p.png"]));
        Assert.True(File.Exists(_folder["c.png"]) && File.Exists(_folder["p.png"]));
        Assert.Throws<UserError>(() => Run("data", "check", _folder["nothing"], "--out", _folder["d.png"]));
    }

    /// <summary>The same images, seen otherwise in each epoch.</summary>
    [Fact]
    public void Every_epoch_draws_its_own_augmentation()
    {
        WriteData("data/train", "data/trainannot", 2);
        using BatchLoader loader = new(MixedDataset.Parse(_folder["data"], new Split(Training: true)), new BatchShape(2, 32, 32), 1, 0);
        Assert.Equal(1, loader.StepsPerEpoch);
        byte[][] epochs = [.. Enumerable.Range(0, 4).Select(_ => Next(loader))];
        Assert.Equal(4, epochs.Select(Convert.ToHexString).Distinct(StringComparer.Ordinal).Count());
        byte[] Image(int epoch, int i) => epochs[epoch].AsSpan(i * 32 * 32 * 3, 32 * 32 * 3).ToArray();
        Assert.All(Enumerable.Range(0, 4), k => Assert.NotEqual(Image(0, k / 2), Image(1, k % 2)));
    }

    private static byte[] Next(BatchLoader loader)
    {
        byte[] frame = new byte[2 * 32 * 32 * 3], labels = new byte[2 * 32 * 32];
        loader.Next(frame, labels);
        return frame;
    }

    private static int Run(params string[] arguments)
        => TrainerCommands.Root().Parse(arguments).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });

    /// <summary>Noise, labelled with one class.</summary>
    private void WriteData(string images, string masks, int count)
    {
        Directory.CreateDirectory(_folder[images]);
        Directory.CreateDirectory(_folder[masks]);
        Cv2.SetTheRNG(3);
        for (int i = 0; i < count; i++)
        {
            using Mat image = new(40, 60, MatType.CV_8UC3), labels = new(40, 60, MatType.CV_8UC1, new Scalar(0));
            Cv2.Randu(image, Scalar.All(0), Scalar.All(255));
            Cv2.ImWrite(_folder[$"{images}/{i}.png"], image);
            Cv2.ImWrite(_folder[$"{masks}/{i}.png"], labels);
        }
    }
}
