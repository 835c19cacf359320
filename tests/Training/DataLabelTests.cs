using OpenCvSharp;
using RealtimeSeg.Core.Street;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Commands;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Runs;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Images that a model labels for another one to learn from.</summary>
public sealed class DataLabelTests : IDisposable
{
    private static readonly Scalar Blue = new(255, 0, 0), Green = new(0, 255, 0), Red = new(0, 0, 255), Grey = new(104, 117, 124);
    private readonly TemporaryFolder _folder = new();

    public DataLabelTests()
    {
        Directory.CreateDirectory(_folder["images"]);
        Write("b.png", Red, Green);
        Write("a.jpg", Grey, Blue);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>The mean colour may be anything: no class is likely enough.</summary>
    [Fact]
    public void A_street_models_labels_are_a_data_set_in_CamVids_layout()
    {
        File.WriteAllBytes(_folder["m.onnx"], PixelNet.Sure(StreetClasses.Names));
        Label("m.onnx", "images", "set");
        IDataset set = DatasetLayout.Open(_folder["set"], new Split(Training: true), null);
        Assert.Equal((2, StreetClasses.Names), (set.Count, set.ClassNames));
        Assert.Equal((ClassMap.Ignore, 0), Ends(set.Load(0)));
        Assert.Equal((2, 1), Ends(set.Load(1)));
        foreach (string name in new[] { "a.jpg", "b.png" }) // as they are: encoding again would lose
            Assert.Equal(File.ReadAllBytes(_folder[$"images/{name}"]), File.ReadAllBytes(_folder[$"set/train/{name}"]));
    }

    [Fact]
    public void A_person_models_labels_are_a_data_set_in_VOCs_layout()
    {
        File.WriteAllBytes(_folder["m.onnx"], PixelNet.Sure(["background", "person"]));
        Label("m.onnx", "images", "set", "--least", "0.9");
        IDataset set = DatasetLayout.Open(_folder["set"], new Split(Training: true), "voc-person");
        Assert.Equal(2, set.Count);
        Assert.Equal((ClassMap.Ignore, 0), Ends(set.Load(0)));
        Assert.Equal((0, 1), Ends(set.Load(1)));
    }

    /// <summary>As the command says: beside a set with a validation split, which the labelled one lacks.</summary>
    [Theory]
    [InlineData(Split.Train, 3)]
    [InlineData(Split.TrainVal, 4)]
    public void What_was_labelled_is_trained_on_beside_another_set(string trainOn, int images)
    {
        File.WriteAllBytes(_folder["m.onnx"], PixelNet.Sure(StreetClasses.Names));
        Label("m.onnx", "images", "set");
        foreach (string part in (string[])["train", "val"])
        {
            foreach (string folder in (string[])[part, part + "annot"])
            {
                using Mat image = new(64, 64, folder == part ? MatType.CV_8UC3 : MatType.CV_8UC1, Scalar.Black);
                Directory.CreateDirectory(_folder["real/" + folder]);
                Assert.True(Cv2.ImWrite(_folder[$"real/{folder}/{part}.png"], image));
            }
        }

        RunConfig config = new() { Data = $"{_folder["real"]}:1,{_folder["set"]}:2", TrainOn = trainOn };
        using Mat first = config.Open(training: false).Parts.Single().Load(0).Image;
        Assert.Equal(images, config.Open(training: true).Parts.Sum(p => p.Count));
    }

    [Fact]
    public void An_image_that_cannot_be_read_is_skipped()
    {
        File.WriteAllBytes(_folder["m.onnx"], PixelNet.Sure(["background", "person"]));
        File.WriteAllText(_folder["images/aa.png"], "no image");
        Assert.Equal(CommandRunner.IncompleteCode, Label("m.onnx", "images", "set"));
        Assert.Equal(["a", "b"], File.ReadAllLines(_folder["set/ImageSets/Segmentation/train.txt"]));
    }

    [Fact]
    public void What_cannot_be_labelled_or_written_is_refused()
    {
        File.WriteAllBytes(_folder["m.onnx"], PixelNet.Sure(["background", "person"]));
        Directory.CreateDirectory(_folder["empty"]);
        Assert.Contains("has no images", Refused("m.onnx", "empty", "set"), StringComparison.Ordinal);
        Assert.Contains("no folder", Refused("m.onnx", "missing", "set"), StringComparison.Ordinal);
        Assert.Contains("no file", Refused("missing.onnx", "images", "set"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["set"]));
        Label("m.onnx", "images", "set");
        Assert.Contains("exists", Refused("m.onnx", "images", "set"), StringComparison.Ordinal);
        Label("m.onnx", "images", "set", "-y");
        Write("a.png", Red, Red);
        Assert.Contains("two images named a", Refused("m.onnx", "images", "more"), StringComparison.Ordinal);
    }

    private string Refused(params string[] arguments) => Assert.Throws<UserError>(() => Label(arguments)).Message;

    private int Label(params string[] arguments)
    {
        string[] words = [.. arguments.Select((a, i) => i < 3 ? _folder[a] : a)];
        return TrainerCommands.Root().Parse(["data", "label", .. words]).Invoke(new() { EnableDefaultExceptionHandler = false });
    }

    /// <summary>64×64 pixels, one colour on the left, another on the right.</summary>
    private void Write(string name, Scalar left, Scalar right)
    {
        using Mat image = new(64, 64, MatType.CV_8UC3, left);
        image[new Rect(32, 0, 32, 64)].SetTo(right);
        Assert.True(Cv2.ImWrite(_folder[$"images/{name}"], image));
    }

    /// <summary>The labels at the left and at the right.</summary>
    private static (byte Left, byte Right) Ends(Sample sample) => (sample.Labels.At<byte>(32, 4), sample.Labels.At<byte>(32, 60));
}
