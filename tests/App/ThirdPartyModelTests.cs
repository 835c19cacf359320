using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Ops;
using Xunit;
using RealtimeSeg.Core.Onnx.ThirdParty;

namespace RealtimeSeg.Tests.App;

/// <summary>Third-party models, and models that are replaced while the program runs.</summary>
public sealed class ThirdPartyModelTests
{
    private static readonly Scalar Red = new(20, 30, 220), Green = new(30, 210, 20), Blue = new(230, 10, 20);
    private static readonly SegmenterOptions Cpu = new(ExecutionProviders.Cpu);

    /// <summary>Normalisation to 0–1.</summary>
    private static readonly ModelHints Unscaled = new() { Mean = [0], Std = [255] };

    /// <summary>
    /// A network whose output is the normalised channels themselves, in the given layout and size: a pixel's label is its strongest
    /// channel.
    /// </summary>
    [Theory]
    [InlineData("nchw", "rgb", 1, "logits")]
    [InlineData("nhwc", "rgb", 1, "logits")]
    [InlineData("nchw", "bgr", 1, "logits")]
    [InlineData("nchw", "rgb", 4, "logits")]
    [InlineData("nchw", "rgb", 1, "probabilities")]
    [InlineData("nchw", "rgb", 1, "labels")]
    public void Layouts_colours_sizes_and_kinds_of_output_are_understood(string layout, string color, int coarser, string kind)
    {
        using TemporaryFolder folder = new();
        WriteChannels(folder["m.onnx"], layout, coarser, kind);
        File.WriteAllText(folder["m.json"], $$"""
            {
              "color": "{{color}}", "mean": [0, 0, 0], "std": [255, 255, 255], "output": "{{kind}}",
              "labels": ["one", "two", "three"], "colors": ["FF0000", "00FF00", "0000FF"]
            }
            """);
        using Segmenter segmenter = Load(folder);
        Assert.Equal(["one", "two", "three"], segmenter.Manifest.Classes);
        Assert.Equal([0xFF0000, 0x00FF00, 0x0000FF], segmenter.Manifest.Palette);
        using FrameSlot slot = Stripes();
        segmenter.Fit(slot);
        segmenter.Infer(slot);
        Assert.Equal(new Size(96, 64), slot.Labels.Size());
        int[] expected = color == "rgb" ? [0, 1, 2] : [2, 1, 0];
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(expected[i], slot.Labels.At<byte>(32, 16 + (32 * i)));
            int sure = slot.Confidence.At<byte>(32, 16 + (32 * i));
            Assert.True(kind == "labels" ? sure == 255 : sure is > 85 and < 255, $"confidence {sure}"); // more than a third
        }
    }

    [Fact]
    public void A_matte_of_one_channel_is_foreground_and_background()
    {
        using TemporaryFolder folder = new();
        GraphBuilder g = new();
        Value x = g.Input("image", ElementType.Float, new Shape(1, 3, 64, 96));
        Value red = Layout.Slice(g, x, [1], [0], [1]);
        File.WriteAllBytes(folder["m.onnx"], OnnxWriter.Write(g, [red]));
        using Segmenter segmenter = Load(folder, Cpu with { Hints = Unscaled });
        Assert.Equal(["background", "foreground"], segmenter.Manifest.Classes);
        using FrameSlot slot = Stripes();
        segmenter.Fit(slot);
        segmenter.Infer(slot);
        Assert.Equal([1, 0, 0], Enumerable.Range(0, 3).Select(i => (int)slot.Labels.At<byte>(32, 16 + (32 * i))));
        Assert.InRange(slot.Confidence.At<byte>(32, 16), 215, 225);
    }

    /// <summary>A network of 96×64 is given an image of 192×64: squeezed, whole between bars, or its centre.</summary>
    [Theory]
    [InlineData(Fit.Stretch, 96, 64, new[] { 0, 1, 2 })]
    [InlineData(Fit.Letterbox, 96, 32, new[] { 0, 1, 2 })]
    [InlineData(Fit.Crop, 192, 64, new[] { 255, 1, 255 })]
    public void An_image_of_another_aspect_is_stretched_letterboxed_or_cropped(Fit fit, int width, int height, int[] expected)
    {
        using TemporaryFolder folder = new();
        WriteChannels(folder["m.onnx"], "nchw", 1, "logits");
        using Segmenter segmenter = Load(folder, Cpu with { Hints = Unscaled, Fit = fit });
        using FrameSlot slot = Stripes();
        using Mat narrow = slot.Image.Clone();
        Cv2.Resize(narrow, slot.Image, new Size(192, 64));
        segmenter.Fit(slot);
        segmenter.Infer(slot);
        Assert.Equal(new Size(width, height), slot.Labels.Size());
        int[] labels = [.. Enumerable.Range(0, 3).Select(i => (int)slot.Labels.At<byte>(height / 2, (width / 6) + (width / 3 * i)))];
        Assert.Equal(expected, labels);
        Assert.Equal(fit == Fit.Crop, slot.Confidence.At<byte>(height / 2, 0) == 0);
        Assert.Throws<UserError>(() => Load(folder, Cpu with { Fit = Fit.Keep }));
    }

    [Fact]
    public void Labels_and_colours_in_jetson_inferences_format_are_read()
    {
        using TemporaryFolder folder = new();
        WriteChannels(folder["m.onnx"], "nchw", 1, "logits");
        File.WriteAllText(folder["labels.txt"], "void\nroad\nsky\n");
        File.WriteAllText(folder["colors.txt"], "0 0 0 0\n128 64 128\n70 130 180 255\n");
        using Segmenter segmenter = Load(folder);
        Assert.Equal(["void", "road", "sky"], segmenter.Manifest.Classes);
        Assert.Equal([0, 0x804080, 0x4682B4], segmenter.Manifest.Palette);
        File.WriteAllText(folder["colors.txt"], "0 0 0\nblue\n");
        Assert.Contains("colors.txt", Assert.Throws<UserError>(() => Load(folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "labels": ["a", "b"] }""", "2 labels")]
    [InlineData("""{ "layout": "chw" }""", "nchw or nhwc")]
    [InlineData("""{ "mean": [1, 2] }""", "one number or three")]
    [InlineData("""{ "mean": "high" }""", "does not parse")]
    [InlineData("{ nonsense", "does not parse")]
    [InlineData("""{ "colors": ["red", "green", "blue"] }""", "RRGGBB")]
    [InlineData("""{ "colors": ["FF0000"] }""", "1 colours")]
    [InlineData("""{ "color": "cmyk" }""", "rgb or bgr")]
    [InlineData("""{ "output": "boxes" }""", "choose logits, probabilities, matte, labels")]
    [InlineData("""{ "output": "labels" }""", "cannot be labels")]
    [InlineData("""{ "std": [0] }""", "above 0")]
    [InlineData("""{ "std": [1, -1, 1] }""", "above 0")]
    [InlineData("""{ "fit": "keep" }""", "stretch, letterbox or crop")]
    public void A_sidecar_that_does_not_fit_is_refused_with_the_reason(string json, string reason)
    {
        using TemporaryFolder folder = new();
        WriteChannels(folder["m.onnx"], "nchw", 1, "logits");
        File.WriteAllText(folder["model.json"], json);
        Assert.Contains(reason, Assert.Throws<UserError>(() => Load(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_stays_unclear_is_refused_with_its_inputs_and_outputs()
    {
        using TemporaryFolder folder = new();
        GraphBuilder g = new();
        Value x = g.Input("image", ElementType.Float, new Shape(1, 3, Shape.Dynamic, Shape.Dynamic));
        File.WriteAllBytes(folder["m.onnx"], OnnxWriter.Write(g, [g.Rename(Relu.Emit(g, x), "scores")]));
        string message = Assert.Throws<UserError>(() => Load(folder)).Message;
        foreach (string part in new[] { "no fixed size", "image Float[1,3,-1,-1]", "scores", "--size" })
            Assert.Contains(part, message, StringComparison.Ordinal);
        using Segmenter segmenter = Load(folder, Cpu with { Size = (96, 64) });
        Assert.Equal(3, segmenter.Manifest.Classes.Count);
    }

    /// <summary>Truncated and flipped models and sidecars are refused or read as something else; they never crash.</summary>
    [Fact]
    public void Damaged_models_and_sidecars_are_refused()
    {
        using TemporaryFolder folder = new();
        WriteChannels(folder["m.onnx"], "nchw", 1, "logits");
        byte[] model = File.ReadAllBytes(folder["m.onnx"]);
        byte[] json = """
            { "color": "bgr", "mean": [1, 2, 3], "std": [4, 5, 6], "labels": ["a", "b", "c"], "size": "96x64" }
            """u8.ToArray();
        Random random = new(3);
        int refused = 0;
        for (int i = 0; i < 120; i++)
        {
            byte[] Damaged(byte[] whole)
            {
                byte[] bytes = random.Next(3) == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
                for (int k = 0; k < 2 && bytes.Length > 0; k++) bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            }

            File.WriteAllBytes(folder["m.onnx"], i % 2 == 0 ? Damaged(model) : model);
            File.WriteAllBytes(folder["m.json"], i % 2 == 1 ? Damaged(json) : json);
            try
            {
                Load(folder).Dispose();
            }
            catch (UserError e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
        }

        Assert.True(refused > 40, $"only {refused} of 120 were refused");
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void A_model_written_over_is_loaded_and_a_broken_one_is_refused_while_the_old_one_stays()
    {
        using TemporaryFolder folder = new();
        string file = folder["m.onnx"];
        Exporter.Random(NetworkNames.Parse("fcn32s", null, 3), "first", 1, file);
        static Segmenter Open(string path) => Segmenter.Load(path, Cpu, _ => { });
        using ModelShelf shelf = new([file], 0, Open(file), Open);
        Segmenter first = shelf.Current;
        long now = 0;
        void Until(Func<bool> done)
        {
            long patience = System.Diagnostics.Stopwatch.GetTimestamp() + (60 * System.Diagnostics.Stopwatch.Frequency);
            while (!done())
            {
                Assert.True(System.Diagnostics.Stopwatch.GetTimestamp() < patience, "it never came");
                shelf.Turn(now += 1_000_000);
                Thread.Yield();
            }
        }

        Exporter.Random(NetworkNames.Parse("fcn32s", null, 5), "second", 2, file);
        Until(() => shelf.Current != first);
        Assert.Equal(5, shelf.Current.Manifest.Classes.Count);
        Segmenter second = shelf.Current;
        File.WriteAllText(file, "this is no model");
        Until(() => shelf.Status is { IsAlarm: true } s && s.Text.Contains("not an ONNX file", StringComparison.Ordinal));
        Assert.Same(second, shelf.Current);
        shelf.Next(); // there is no other
        shelf.Turn(now);
        Assert.Same(second, shelf.Current);
    }

    /// <summary>A network of stride 32 whose halves must join, as in a U-Net, on a size that is no multiple of it.</summary>
    [Fact]
    public void A_network_of_any_size_gets_one_that_its_stride_divides()
    {
        using TemporaryFolder folder = new();
        GraphBuilder g = new();
        Value x = g.Input("image", ElementType.Float, new Shape(1, 3, Shape.Dynamic, Shape.Dynamic));
        long[] stride = [32, 32];
        Value small = g.Add("MaxPool", [x], x.Shape, attributes: [("kernel_shape", stride), ("strides", stride)]);
        ReadOnlySpan<float> none = [], scales = [1, 1, 32, 32];
        Value large = g.Add("Resize", [small, g.Constant(none, new Shape(0)), g.Constant(scales, new Shape(4))], x.Shape);
        File.WriteAllBytes(folder["m.onnx"], OnnxWriter.Write(g, [g.Rename(Elementwise.Add(g, x, large), "scores")]));
        using Segmenter segmenter = Load(folder, Cpu with { Size = (512, 512), Hints = Unscaled });
        Assert.False(segmenter.TakesOneSize);
        using FrameSlot slot = new();
        slot.Image.Create(720, 1280, MatType.CV_8UC3);
        slot.Image.SetTo(Green);
        segmenter.Fit(slot);
        segmenter.Infer(slot);
        Assert.Equal(new Size(683, 384), slot.Labels.Size());
        Assert.Equal(1, slot.Labels.At<byte>(200, 300));
    }

    [Fact]
    public void Labels_that_no_class_has_are_unlabelled()
    {
        using TemporaryFolder folder = new();
        GraphBuilder g = new();
        Value x = g.Input("image", ElementType.Float, new Shape(1, 3, 64, 96));
        Value red = Elementwise.Sub(g, Layout.Slice(g, x, [1], [0], [1]), g.Constant(20f)); // 200, 0 and 0
        Value scaled = Elementwise.Mul(g, red, g.Constant(1.5f));
        Value labels = g.Add("Cast", [scaled], new Shape(1, 1, 64, 96), ElementType.Int64, attributes: [("to", (long)ElementType.Int64)]);
        File.WriteAllBytes(folder["m.onnx"], OnnxWriter.Write(g, [g.Rename(labels, "labels")]));
        ModelHints hints = new() { Mean = [0], Std = [1], Labels = ["a", "b", "b"] };
        using Segmenter segmenter = Load(folder, Cpu with { Hints = hints });
        Assert.Equal(["a", "b", "b 2"], segmenter.Manifest.Classes); // figures are by name
        using FrameSlot slot = Stripes();
        segmenter.Fit(slot);
        segmenter.Infer(slot);
        Assert.Equal([255, 0, 0], Enumerable.Range(0, 3).Select(i => (int)slot.Labels.At<byte>(32, 16 + (32 * i))));
    }

    /// <summary>Values that are no numbers choose no class; where there are no others, labels and confidence are 0.</summary>
    [Theory]
    [InlineData(float.NaN, "logits")]
    [InlineData(float.NegativeInfinity, "logits")]
    [InlineData(float.NaN, "probabilities")]
    public void Pixels_without_a_score_are_of_the_first_class_without_confidence(float score, string kind)
    {
        using TemporaryFolder folder = new();
        foreach (bool hasScore in (bool[])[true, false])
        {
            GraphBuilder g = new();
            Value x = g.Input("image", ElementType.Float, new Shape(1, 3, 64, 96)), red = Layout.Slice(g, x, [1], [0], [1]);
            Value none = Elementwise.Add(g, red, g.Constant(score));
            Value scores = g.Add("Concat", [none, hasScore ? red : none, none], x.Shape, attributes: [("axis", 1L)]);
            File.WriteAllBytes(folder["m.onnx"], OnnxWriter.Write(g, [g.Rename(scores, "scores")]));
            using Segmenter segmenter = Load(folder, Cpu with { Hints = Unscaled with { Output = kind } });
            using FrameSlot slot = Stripes();
            segmenter.Fit(slot);
            slot.Labels.SetTo(new Scalar(99)); // as an earlier frame leaves it
            segmenter.Infer(slot);
            Assert.All(slot.Labels.AsSpan<byte>().ToArray(), l => Assert.Equal(hasScore ? 1 : 0, l));
            int sure = slot.Confidence.At<byte>(32, 16); // of red
            Assert.True(hasScore ? sure > 215 : sure == 0, $"confidence {sure}");
        }
    }

    private static Segmenter Load(TemporaryFolder folder, SegmenterOptions? options = null)
        => Segmenter.Load(folder["m.onnx"], options ?? Cpu, _ => { });

    /// <summary>Three stripes of 32 pixels: red, green, blue.</summary>
    private static FrameSlot Stripes()
    {
        FrameSlot slot = new();
        slot.Image.Create(64, 96, MatType.CV_8UC3);
        Scalar[] colors = [Red, Green, Blue];
        for (int i = 0; i < 3; i++) slot.Image[new Rect(32 * i, 0, 32, 64)].SetTo(colors[i]);
        return slot;
    }

    private static void WriteChannels(string file, string layout, int coarser, string kind)
    {
        GraphBuilder g = new();
        bool nhwc = layout == "nhwc";
        Value x = g.Input("image", ElementType.Float, nhwc ? new Shape(1, 64, 96, 3) : new Shape(1, 3, 64, 96));
        Value y = coarser == 1 ? Elementwise.Mul(g, x, g.Constant(1f)) : MaxPool.Emit(g, x, coarser).Y;
        if (kind == "probabilities") y = g.Add("Softmax", [y], y.Shape, attributes: [("axis", nhwc ? 3L : 1L)]);
        if (kind == "labels")
            y = g.Add("ArgMax", [y], new Shape(1, 64, 96), ElementType.Int64, attributes: [("axis", 1L), ("keepdims", 0L)]);
        File.WriteAllBytes(file, OnnxWriter.Write(g, [g.Rename(y, "scores")]));
    }
}
