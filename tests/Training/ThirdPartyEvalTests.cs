using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Core.Street;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Commands;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Ops;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>
/// Models of others in the trainer's commands: a network whose logits are the channels, red first, of images that are red on the left and
/// blue on the right. And two models side by side.
/// </summary>
public sealed class ThirdPartyEvalTests : IDisposable
{
    private const int Width = 96, Height = 64;
    private readonly TemporaryFolder _folder = new();
    private readonly TextWriter _console = Console.Out;

    public ThirdPartyEvalTests()
    {
        for (int i = 0; i < 5; i++)
        {
            using Mat image = new(Height, Width, MatType.CV_8UC3, new Scalar(20, 30, 220)), labels = new(Height, Width, MatType.CV_8UC1);
            labels.SetTo(new Scalar(0));
            image[new Rect(Width / 2, 0, Width / 2, Height)].SetTo(new Scalar(220, 30, 20));
            labels[new Rect(Width / 2, 0, Width / 2, Height)].SetTo(new Scalar(1));
            Save($"set/images/{i}.png", image);
            Save($"set/masks/{i}.png", labels);
        }

        File.WriteAllText(_folder["set/classes.txt"], "red\nblue\n");
        File.WriteAllText(_folder["names.txt"], "red\ngreen\nblue\n");
        WriteNetwork(_folder["m.onnx"]);
    }

    public void Dispose()
    {
        Console.SetOut(_console);
        _folder.Dispose();
    }

    /// <summary>Before a model is read, let alone evaluated: this one is none.</summary>
    [Fact]
    public void What_cannot_be_written_is_told_first()
    {
        File.WriteAllText(_folder["file"], "");
        string[] outputs = ["--json", _folder["file/e.json"], "--report", _folder["file/page"]];
        foreach (string[] output in outputs.Chunk(2))
        {
            (int code, string error) = InProcess.Trainer(["eval", _folder["none.onnx"], "--data", _folder["set"], .. output]);
            Assert.Equal(CommandRunner.UserErrorCode, code);
            Assert.StartsWith($"error: cannot write {output[1]}", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_name_of_a_model_that_comes_with_the_program_is_answered_with_its_file()
        => Assert.Contains("(did you mean ", InProcess.Trainer("eval", "street").Error, StringComparison.Ordinal);

    /// <summary>Its three classes are found among the data's two by name; without names there is nothing to find.</summary>
    [Fact]
    public void A_third_partys_model_is_scored_by_the_names_of_its_classes()
    {
        string[] eval = ["eval", _folder["m.onnx"], "--data", _folder["set"]];
        string said = Run([.. eval, "--labels", _folder["names.txt"], "--json", _folder["e.json"]]);
        Assert.Contains("is a third-party model, read as NCHW, RGB", said, StringComparison.Ordinal);
        Assert.Contains("mIoU 1.0000", said, StringComparison.Ordinal);
        JsonElement figures = JsonDocument.Parse(File.ReadAllBytes(_folder["e.json"])).RootElement;
        Assert.Equal(_folder["m.onnx"], figures.GetProperty("model").GetString());
        Assert.Equal(_folder["set"], figures.GetProperty("data").GetString());
        Assert.Equal(1, figures.GetProperty("images").GetInt32());
        Assert.Equal(1, figures.GetProperty("per_class").GetProperty("blue").GetDouble());
        UserError e = Assert.Throws<UserError>(() => Run(eval));
        Assert.Contains("'red' is none of the model's", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<UserError>(() => Run([.. eval, "--record"]));
        Assert.Contains("has no manifest to write to", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<UserError>(() => Run([.. eval, "--provider", "gl"]));
        Assert.Contains("for which eval has no --provider gl", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Cityscapes' classes on CamVid's, people of any kind on a map of people, and classes without names as they come.</summary>
    [Theory]
    [InlineData("road,vegetation,person,rider,terrain", "street", "3,5,9,10,255,255", "sky, building, pole and 4 more; --map")]
    [InlineData("background,person", "street", "255,9,255", "the model knows 1: nothing is labelled sky, building, pole and 7 more; --map")]
    [InlineData("sofa,person,rider", "people", "0,1,1,255", null)]
    public void Classes_of_others_are_found_by_the_maps_of_data(string model, string kind, string expected, string? note)
    {
        IReadOnlyList<string> data = kind == "street" ? StreetClasses.Names : ["background", "person"];
        string[] names = model.Split(',');
        byte[] labels = [.. Enumerable.Range(0, names.Length).Select(k => (byte)k), 255];
        ClassMatch match = ClassMatch.Of(names, new MemoryDataset(data));
        match.Apply(labels);
        Assert.Equal(expected, string.Join(',', labels));
        if (note is null) Assert.Null(match.Note);
        else Assert.Contains(note, match.Note, StringComparison.Ordinal);
    }

    /// <summary>As many classes on both sides: names decide, and if they do not, a note tells that the order did.</summary>
    [Theory]
    [InlineData("b,a,c", "a,b,c", "1,0,2", "a b c", null)]
    [InlineData("Traffic Light,road", "traffic_light,road", "0,1", "Traffic Light road", null)]
    [InlineData("zone-,zone+,c", "zone+,zone-,c", "1,0,2", "zone+ zone- c", null)]
    [InlineData("c,c++,d", "c++,c,d", "1,0,2", "c++ c d", null)]
    [InlineData("person,car", "background,person", "1,0", "background person", null)]
    [InlineData("class0,class1", "a,b", "0,1", "a b", "have no names")]
    [InlineData("c,d", "a,b", "0,1", "c d", "in the order of memory's: 'c' as 'a', 'd' as 'b'")]
    [InlineData("background,person", "background,object", "0,1", "background person", ": 'person' as 'object'")]
    [InlineData("v,w,x,y,e", "a,b,c,d,e", "0,1,2,3,4", "v w x y e", ": 'v' as 'a', 'w' as 'b', 'x' as 'c' and 1 more")]
    public void As_many_classes_are_matched_by_their_names(string model, string data, string expected, string names, string? note)
    {
        ClassMatch match = ClassMatch.Of(model.Split(','), new MemoryDataset(data.Split(',')));
        byte[] labels = [.. Enumerable.Range(0, model.Split(',').Length).Select(k => (byte)k)];
        match.Apply(labels);
        Assert.Equal((expected, names), (string.Join(',', labels), string.Join(' ', match.Names)));
        if (note is null) Assert.Null(match.Note);
        else Assert.Contains(note, match.Note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("b,a,x", "a,b,c", "'a' is class 1 of the model and class 0 of memory, and 'c' is none of the model's: choose")]
    [InlineData("a,b", "a,b,c", "the model has 2 classes, memory 3, and 'c' is none of the model's: choose")]
    public void Names_that_contradict_the_order_are_refused(string model, string data, string says)
    {
        UserError e = Assert.Throws<UserError>(() => ClassMatch.Of(model.Split(','), new MemoryDataset(data.Split(','))));
        Assert.StartsWith(says, e.Message, StringComparison.Ordinal);
    }

    /// <summary>Another order of the same classes changes nothing; of foreign names eval tells what it did.</summary>
    [Fact]
    public void Eval_tells_if_only_the_order_of_the_classes_matched()
    {
        File.WriteAllBytes(_folder["a.onnx"], PixelNet.File(["blue", "green", "red"]));
        File.WriteAllText(_folder["set/classes.txt"], "red\nblue\ngreen\n");
        string[] eval = ["eval", _folder["a.onnx"], "--data", _folder["set"]];
        string said = Run(eval);
        Assert.Contains("mIoU 1.0000", said, StringComparison.Ordinal);
        Assert.DoesNotContain("note", said, StringComparison.Ordinal);
        File.WriteAllText(_folder["set/classes.txt"], "rot\nblau\ngrau\n");
        Assert.Contains("note: the model's classes are taken in the order of set's: 'blue' as 'rot'", Run(eval), StringComparison.Ordinal);
        Assert.Contains("'blue' as 'rot'", Run([eval[0], eval[1], .. eval[1..]]), StringComparison.Ordinal); // two models
    }

    /// <summary>Names of classes may be longer than a terminal is wide; bars are as long as there is room.</summary>
    [Fact]
    public void Tables_fit_on_a_terminal_of_80_columns()
    {
        string[] classes = [.. new[] { "blue", "green", "red" }.Select(c => $"{c} {new string('a', 70)} {c}")];
        File.WriteAllBytes(_folder["a.onnx"], PixelNet.File(classes));
        File.WriteAllLines(_folder["set/classes.txt"], [classes[2], classes[0], classes[1]]);
        string[] data = ["--data", _folder["set"]];
        string said = Run(["eval", _folder["a.onnx"], .. data]) + Run(["eval", _folder["a.onnx"], _folder["a.onnx"], .. data])
            + Run(["eval", _folder["a.onnx"], "--video", .. data]) + Run("data", "check", _folder["set"], "--out", _folder["c.png"]);
        string[] prose = [_folder.Path, "  note  "];
        string[] lines = [.. said.Split('\n').Where(l => !Array.Exists(prose, p => l.Contains(p, StringComparison.Ordinal)))];
        Assert.All(lines, l => Assert.InRange(l.Length, 0, 80));
        Assert.Contains(lines, l => l.Contains("aaaa…aaaa", StringComparison.Ordinal) && l.Contains("50.00 %", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("aa red  ", StringComparison.Ordinal));
    }

    /// <summary>Calibrated on plain images; the sidecar keeps what the options said, and the answers stay the same.</summary>
    [Fact]
    public void A_third_partys_model_is_quantised_with_images_alone()
    {
        string[] quantize = ["quantize", _folder["m.onnx"], _folder["q.onnx"], "--data", _folder["set/images"]];
        string said = Run([.. quantize, "--labels", _folder["names.txt"]]);
        Assert.Contains("1 of 3 convolutions are integer", said, StringComparison.Ordinal);
        Assert.Contains("both models give 100.0 % of the pixels of 5 of these images", said, StringComparison.Ordinal);
        Assert.DoesNotContain("note", said, StringComparison.Ordinal);
        Assert.Contains("QuantizeLinear", OnnxFile.Read(_folder["q.onnx"]).Graph.Node.Select(n => n.OpType), StringComparer.Ordinal);
        Assert.Contains("mIoU 1.0000", Run("eval", _folder["q.onnx"], "--data", _folder["set"]), StringComparison.Ordinal);
    }

    /// <summary>21 classes are called as VOC's; one answer for the whole image is no mask.</summary>
    [Fact]
    public void Eval_tells_whose_names_it_took_and_what_to_do_with_a_classifier()
    {
        WriteNetwork(_folder["v.onnx"], classes: 21);
        string said = Run("quantize", _folder["v.onnx"], _folder["v8.onnx"], "--data", _folder["set"]);
        Assert.Contains("21 classes, named as ", said, StringComparison.Ordinal);
        ModelProto model = OnnxFile.Read(_folder["m.onnx"]).Model;
        NodeProto mean = new() { Name = "mean", OpType = "ReduceMean", Input = { "logits" }, Output = { "scores" } };
        mean.Attribute.Add(new AttributeProto { Name = "axes", Ints = { 2, 3 }, Type = AttributeProto.Types.AttributeType.Ints });
        mean.Attribute.Add(new AttributeProto { Name = "keepdims", I = 0, Type = AttributeProto.Types.AttributeType.Int });
        model.Graph.Node.Add(mean);
        (model.Graph.Output[0].Name, TensorShapeProto shape) = ("scores", model.Graph.Output[0].Type.TensorType.Shape);
        for (int i = 0; i < 2; i++) shape.Dim.RemoveAt(2);
        File.WriteAllBytes(_folder["classifier.onnx"], model.ToByteArray());
        UserError e = Assert.Throws<UserError>(() => Run("eval", _folder["classifier.onnx"], "--data", _folder["set"]));
        Assert.Contains("as classifiers do: './run.sh convert'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_third_partys_classes_label_a_set_that_can_be_trained_on()
    {
        Run("data", "label", _folder["m.onnx"], _folder["set/images"], _folder["new"], "--least", "0", "--labels", _folder["names.txt"]);
        IDataset set = DatasetLayout.Open(_folder["new"], new Split(Training: true), null);
        Assert.Equal(["red", "green", "blue"], set.ClassNames);
        Assert.Equal((5, 0, 2), (set.Count, set.Load(0).Labels.At<byte>(5, 5), set.Load(0).Labels.At<byte>(5, Width - 5)));
    }

    [Fact]
    public void Two_models_are_compared_with_a_page_of_what_they_differ_in()
    {
        File.WriteAllBytes(_folder["a.onnx"], PixelNet.File(["blue", "green", "red"]));
        File.WriteAllBytes(_folder["b.onnx"], PixelNet.File(["green", "blue", "red"])); // calls blue green
        string[] eval = ["eval", _folder["a.onnx"], _folder["b.onnx"], "--data", _folder["set"]];
        string said = Run([.. eval, "--report", _folder["page"], "--json", _folder["c.json"]]);
        Assert.Contains("mIoU                        1.0000    0.5000   -0.5000", said, StringComparison.Ordinal);
        Assert.Contains("A and B give 50.00 % of the pixels of 1 images", said, StringComparison.Ordinal);
        string page = File.ReadAllText(_folder["page/index.html"]);
        Assert.Contains("<tr><td>mIoU<td>1.0000<td>0.5000<td>-0.5000", page, StringComparison.Ordinal);
        Assert.Contains("<li>4.png  50.0 % differ", page, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", page, StringComparison.Ordinal);
        using Mat sheet = Cv2.ImRead(_folder["page/differences.png"]);
        Assert.Equal(new Size(5 * 240, 200 + 22), sheet.Size());
        JsonElement figures = JsonDocument.Parse(File.ReadAllBytes(_folder["c.json"])).RootElement;
        Assert.Equal((1, 0.5), (figures.GetProperty("a").GetProperty("miou").GetDouble(), figures.GetProperty("agreement").GetDouble()));
        Assert.Throws<UserError>(() => Run([.. eval, "--record"]));
    }

    /// <summary>A class that the map leaves out cannot be right anywhere: it is no part of the mean.</summary>
    [Fact]
    public void Classes_that_a_map_leaves_out_have_no_score()
    {
        ConfusionMatrix all = new(3), possible = new(3, c => c != 2);
        foreach (ConfusionMatrix m in new[] { all, possible }) m.Add([0, 0, 1, 1], [0, 2, 1, 255]);
        Assert.Equal((0.5 + 0.5 + 0) / 3, all.MeanIu, 9);
        Assert.Equal(0.5, possible.MeanIu, 9);
        Assert.True(double.IsNaN(possible.PerClass[2]));
        Assert.Equal(4, possible.Pixels);
        using Mat truth = new(20, 20, MatType.CV_8UC1, new Scalar(0)), predicted = truth.Clone();
        predicted[new Rect(0, 0, 10, 20)].SetTo(new Scalar(2));
        using BoundaryScore edges = new(3, c => c != 2);
        edges.Add(truth, predicted);
        Assert.True(double.IsNaN(edges.PerClass[2]));
    }

    [Theory]
    [InlineData("train --data set,synth --train-on trainval", "val", "was trained on set's validation split too")]
    [InlineData("train --data set", "train", "was trained on these images of set")]
    [InlineData("train --data set", "leave-out:B", "was trained with the set's own split, so that images of leave-out:B")]
    [InlineData("train --data set --leave-out B", "val", "was trained with the split leave-out:B")]
    [InlineData("train --data set", "val", null)]
    [InlineData("train --data set --split 0.3", "0.3", null)]
    [InlineData("train --data other --train-on trainval", "val", null)]
    public void Eval_says_so_if_a_model_was_trained_on_what_it_is_shown(string recipe, string split, string? says)
    {
        ModelManifest manifest = PixelNet.Manifest() with { Recipe = [recipe, "export runs/a"] };
        MixedDataset sets = MixedDataset.Parse(_folder["set"], new Split(Training: false));
        string[] notes = [.. SeenImages.Notes("m.onnx", manifest, sets, split)];
        if (says is null) Assert.Empty(notes);
        else Assert.Contains(says, Assert.Single(notes), StringComparison.Ordinal);
    }

    /// <summary>Channels to sixteen maps and back, as logits.</summary>
    private static void WriteNetwork(string file, int classes = 3)
    {
        GraphBuilder g = new();
        Value x = g.Input("image", ElementType.Float, new Shape(1, 3, Height, Width));
        const int Maps = 16;
        float[] there = new float[Maps * Maps], spread = new float[Maps * 3], back = new float[classes * Maps];
        for (int c = 0; c < 3; c++) spread[(c * 3) + c] = back[(c * Maps) + c] = 1;
        for (int c = 0; c < Maps; c++) there[(c * Maps) + c] = 1;
        Value first = Conv.Emit(g, x, g.Initializer("spread", spread, new Shape(Maps, 3, 1, 1)), null, new ConvGeometry(1));
        Value second = Conv.Emit(g, first, g.Initializer("there", there, new Shape(Maps, Maps, 1, 1)), null, new ConvGeometry(1));
        Value y = Conv.Emit(g, second, g.Initializer("back", back, new Shape(classes, Maps, 1, 1)), null, new ConvGeometry(1));
        File.WriteAllBytes(file, OnnxWriter.Write(g, [g.Rename(y, "logits")]));
    }

    private string Run(params string[] arguments)
    {
        using StringWriter said = new(CultureInfo.InvariantCulture);
        Console.SetOut(said);
        try
        {
            Assert.Equal(0, TrainerCommands.Root().Parse(arguments).Invoke(new() { EnableDefaultExceptionHandler = false }));
        }
        finally
        {
            Console.SetOut(_console);
        }

        return said.ToString();
    }

    private void Save(string name, Mat image)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        Assert.True(Cv2.ImWrite(_folder[name], image));
    }
}
