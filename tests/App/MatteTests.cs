using OpenCvSharp;
using RealtimeSeg.Engine;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Graphics.Hud;
using RealtimeSeg.Inference;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Soft edges: what blur, replace and cutout are made with.</summary>
public sealed class MatteTests : IDisposable
{
    private const int Size = 144, Middle = 72, Reach = 3;
    private readonly FrameSlot _slot = new();

    /// <summary>A light disc on a dark ground, with noise, and a mask that is unsure around a disc beside it.</summary>
    public MatteTests()
    {
        using Mat noise = Pictures.Noise(Size, Size);
        _slot.Image.Create(Size, Size, MatType.CV_8UC3);
        Plane(_slot.Labels);
        Plane(_slot.Confidence);
        Plane(_slot.Foreground);
        for (int y = 0; y < Size; y++)
        {
            for (int x = 0; x < Size; x++)
            {
                Vec3b n = noise.At<Vec3b>(y, x);
                double light = Disc(x, y, 0, 20) * 150;
                _slot.Image.Set(y, x, new Vec3b(Noisy(40, n[0]), Noisy(30, n[1]), Noisy(60, n[2])));
                byte Noisy(int dark, byte noise) => (byte)(dark + light + (noise / 8));
                double p = 1 / (1 + Math.Exp((Math.Sqrt(((x - Middle - 3) * (x - Middle - 3)) + ((y - Middle) * (y - Middle))) - 20) / 2));
                _slot.Labels.Set(y, x, (byte)(p >= 0.5 ? 1 : 0));
                _slot.Confidence.Set(y, x, (byte)Math.Round(Math.Max(p, 1 - p) * 255));
                _slot.Foreground.Set(y, x, (byte)Math.Round(p * 255));
            }
        }
    }

    public void Dispose() => _slot.Dispose();

    /// <summary>With cells of one pixel nothing is enlarged: what is left is the guided filter, between the two curves.</summary>
    [Fact]
    public void It_is_the_guided_filter()
    {
        using MatteStudio studio = new(cell: 1);
        byte[] actual = studio.Of(_slot);
        double[,] filtered = GuidedFilter.Of(_slot.Image, (y, x) => Curve(Probability(y, x)), Reach, 1e-4);
        int mixed = 0;
        for (int y = 2 * Reach; y < Size - (2 * Reach); y++) // windows of what is nearer to the border are cut
        {
            for (int x = 2 * Reach; x < Size - (2 * Reach); x++)
            {
                double expected = Curve((float)filtered[y, x]) * 255;
                Assert.True(Math.Abs(actual[(y * Size) + x] - expected) <= 2, $"({x}, {y}): {actual[(y * Size) + x]}, not {expected:F2}");
                if (expected is > 10 and < 245) mixed++;
            }
        }

        Assert.True(mixed > 100, $"only {mixed} pixels are mixed");
    }

    [Fact]
    public void Its_edge_is_the_images_where_the_masks_is_beside_it()
    {
        using MatteStudio studio = new();
        byte[] matte = studio.Of(_slot);
        int hard = 0, soft = 0;
        for (int i = 0; i < matte.Length; i++)
        {
            bool truth = Disc(i % Size, i / Size, 0, 20) > 0.5;
            if (_slot.Labels.AsSpan<byte>()[i] == 1 != truth) hard++;
            if (matte[i] > 127 != truth) soft++;
        }

        Assert.True(hard > 150, $"{hard} pixels of the mask are wrong");
        Assert.True(soft * 2 < hard, $"{soft} of {hard} are left");
    }

    [Fact]
    public void Probabilities_that_are_known_count_instead_of_the_winners()
    {
        using MatteStudio studio = new();
        Assert.Equal(studio.Of(_slot), studio.Of(_slot, classes: 3, foreground: true));
        _slot.Foreground.SetTo(Scalar.Black);
        Assert.True(studio.Of(_slot, classes: 3, foreground: true).Max() < 3);
    }

    [Fact]
    public void A_lower_threshold_keeps_more()
    {
        double Kept(float threshold)
        {
            using MatteStudio studio = new(new MatteOptions(threshold));
            return studio.Of(_slot).Sum(v => v / 255.0);
        }

        (double less, double half, double more) = (Kept(0.8f), Kept(0.5f), Kept(0.2f));
        Assert.True(less + 40 < half && half + 40 < more, $"{less:F0}, {half:F0}, {more:F0}");
    }

    /// <summary>Of a straight edge: from 1 at the edge to 0 so many pixels outside, or from 0 at the edge to 1 so many inside.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(-3)]
    [InlineData(12)]
    [InlineData(-12)]
    public void A_feather_is_as_long_as_asked_for_on_its_side_of_the_edge(int feather)
    {
        Halves();
        using MatteStudio studio = new(new MatteOptions(Feather: feather));
        byte[] matte = studio.Of(_slot);
        for (int x = Middle - 20; x < Middle + 20; x++)
        {
            double inside = x + 0.5 - Middle; // the right half is foreground
            double expected = Math.Clamp(feather > 0 ? 1 + (inside / feather) : inside / -feather, 0, 1);
            Assert.InRange(matte[(Middle * Size) + x] / 255.0, expected - 0.12, expected + 0.12);
        }
    }

    /// <summary>Where a feather ends far from the edge, what is mixed there has its own colour still.</summary>
    [Theory]
    [InlineData(40)]
    [InlineData(-40)]
    public void A_long_feather_takes_its_colours_from_the_image(int feather)
    {
        Halves();
        using EglContext context = new();
        MatteOptions matte = new(Feather: feather);
        RenderOptions options = new() { View = Views.Parse("cutout"), Hud = HudDetail.None, Transparent = true, Matte = matte };
        using Renderer renderer = new(context.Gl, ["background", "person"], [0, 0xFFFFFF], options);
        renderer.Upload(_slot);
        renderer.Compose(() => default, 0);
        int far = Middle + (feather > 0 ? -30 : 30), own = feather > 0 ? 20 : 220;
        ReadOnlySpan<byte> pixel = renderer.Pixels().Slice(((Middle * Size) + far) * 4, 4);
        Assert.InRange(pixel[3], 30, 225); // mixed
        Assert.InRange(pixel[0], own - 12, own + 12);
    }

    [Fact]
    public void It_is_calmer_than_the_network_while_the_image_is_still()
    {
        using MatteStudio plain = new(), calm = new() { Smooth = 0.5f };
        List<byte[]> each = [], smoothed = [];
        for (int i = 0; i < 12; i++)
        {
            _slot.Confidence.AsSpan<byte>().Fill((byte)(i % 2 == 0 ? 140 : 255));
            each.Add(plain.Of(_slot));
            smoothed.Add(calm.Of(_slot));
        }

        double Changes(List<byte[]> mattes)
            => mattes.Skip(5).Zip(mattes.Skip(4)).Average(p => p.First.Zip(p.Second).Average(v => Math.Abs(v.First - v.Second)));
        Assert.True(Changes(each) > 5, $"{Changes(each):F2}");
        Assert.True(Changes(smoothed) * 2.5 < Changes(each), $"{Changes(smoothed):F2} of {Changes(each):F2}");
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void What_moves_takes_no_probability_along()
    {
        using MatteStudio calm = new() { Smooth = 1 };
        calm.Of(_slot);
        using MatteStudio fresh = new();
        Halves();
        Assert.Equal(fresh.Of(_slot), calm.Of(_slot));
    }

    /// <summary>A pixel of the edge that is half foreground and half ground shows the foreground's own colour.</summary>
    [Fact]
    public void A_cut_out_has_nothing_of_the_ground_in_its_edge()
    {
        Halves();
        using (Mat edge = _slot.Image.Col(Middle)) edge.SetTo(new Scalar(120, 120, 120)); // half of each
        using EglContext context = new();
        RenderOptions options = new() { View = Views.Parse("cutout"), Hud = HudDetail.None, Transparent = true };
        using Renderer renderer = new(context.Gl, ["background", "person"], [0, 0xFFFFFF], options);
        renderer.Upload(_slot);
        renderer.Compose(() => default, 0);
        ReadOnlySpan<byte> pixel = renderer.Pixels().Slice(((Middle * Size) + Middle) * 4, 4);
        Assert.InRange(pixel[3], 60, 200);
        Assert.True(pixel[0] > 170, $"{pixel[0]} with alpha {pixel[3]}");
        Assert.Equal([0, 0, 0, 0], renderer.Pixels()[..4].ToArray()); // what is transparent hides nothing
    }

    [Fact]
    public void A_cut_out_lies_on_the_colour_that_is_chosen_for_it()
    {
        Halves();
        using EglContext context = new();
        RenderOptions options = new() { View = Views.Parse("cutout"), Hud = HudDetail.None, Ground = 0x20C040 };
        using Renderer renderer = new(context.Gl, ["background", "person"], [0, 0xFFFFFF], options);
        renderer.Upload(_slot);
        renderer.Compose(() => default, 0);
        Assert.Equal([0x20, 0xC0, 0x40, 255], renderer.Pixels()[..4].ToArray());
        Assert.Equal([220, 220, 220, 255], renderer.Pixels().Slice((Size - 1) * 4, 4).ToArray()); // far from the edge the image as it is
    }

    [Fact]
    public void More_strength_blurs_further()
    {
        Halves();
        double Contrast(float strength)
        {
            using EglContext context = new();
            _slot.Labels.SetTo(Scalar.Black); // all is background
            RenderOptions options = new() { View = Views.Parse("blur"), Hud = HudDetail.None, BlurStrength = strength };
            using Renderer renderer = new(context.Gl, ["background", "person"], [0, 0xFFFFFF], options);
            renderer.Upload(_slot);
            renderer.Compose(() => default, 0);
            ReadOnlySpan<byte> row = renderer.Pixels().Slice(Middle * Size * 4, Size * 4);
            return row[(Middle + 12) * 4] - row[(Middle - 12) * 4];
        }

        (double none, double weak, double strong) = (Contrast(0), Contrast(0.5f), Contrast(1));
        Assert.True(none > 190 && weak < none - 10 && strong < weak - 20, $"{none}, {weak}, {strong}");
    }

    /// <summary>The default model has no background: a view that needs one would show the plain image without a word.</summary>
    [Trait("Set", "Slow")]
    [Theory]
    [InlineData("replace", 1)]
    [InlineData("overlay", 0)]
    public void Where_everything_is_foreground_a_line_says_so(string view, int lines)
    {
        List<string> told = [];
        Tell(view, null, told);
        Assert.Equal(lines, told.Count);
        Assert.All(told, t => Assert.Contains("--show (sky, building", t, StringComparison.Ordinal));
        Assert.All(told, t => Assert.Contains("--model models/person.onnx", t, StringComparison.Ordinal));
        told.Clear();
        Tell(view, ["car"], told);
        Assert.Empty(told);
    }

    /// <summary>The same matte, wherever labels are made, with all that a network of many classes says.</summary>
    [Trait("Set", "Slow")]
    [Theory]
    [InlineData("replace")]
    [InlineData("cutout")]
    public void Shaders_give_the_matte_that_the_CPU_gives(string view)
    {
        RenderOptions render = new() { View = Views.Parse(view), Show = ["car", "pedestrian", "building"] };
        byte[] Picture(string provider)
        {
            LastPicture sink = new();
            EngineOptions options = new(Schedule.Inline, Frames: 3, Labels: new LabelOptions(0.5f));
            EngineRun.Of(Street(provider), options, new StreetSource("synth://3", null), sink, render: render);
            Assert.True(sink.ForegroundIsKnown);
            return sink.Pixels;
        }

        int[] apart = [.. Picture("cpu").Zip(Picture("gl")).Select(p => Math.Abs(p.First - p.Second))];
        Assert.True(apart.Count(a => a > 2) < apart.Length / 1000, $"{apart.Count(a => a > 2)} of {apart.Length} values differ");
    }

    private static void Tell(string view, IReadOnlyList<string>? show, List<string> told)
    {
        RenderOptions render = new() { View = Views.Parse(view), Show = show };
        EngineRun.Of(Street("cpu"), new EngineOptions(Frames: 2), new StreetSource("synth://3", null), new NullSink(),
            tell: told.Add, render: render);
    }

    private static Segmenter Street(string provider)
    {
        string file = Path.Combine(Repository.Root, "models", "street.onnx");
        return Segmenter.Load(file, new SegmenterOptions(provider, Size: (160, 120)), _ => { });
    }

    private static void Plane(Mat m) => m.Create(Size, Size, MatType.CV_8UC1);

    /// <summary>Share of a pixel that a disc covers, roughly.</summary>
    private static double Disc(int x, int y, int aside, int radius)
        => Math.Clamp(radius + 0.5 - Math.Sqrt(((x - Middle - aside) * (x - Middle - aside)) + ((y - Middle) * (y - Middle))), 0, 1);

    private static float Curve(float p) => Math.Clamp((2 * p) - 0.5f, 0, 1);

    private float Probability(int y, int x)
    {
        float sure = _slot.Confidence.At<byte>(y, x) / 255f;
        return _slot.Labels.At<byte>(y, x) == 1 ? sure : 1 - sure;
    }

    /// <summary>The left half is dark ground, the right half light foreground; the mask is sure.</summary>
    private void Halves()
    {
        using Mat dark = _slot.Image.ColRange(0, Middle), light = _slot.Image.ColRange(Middle, Size);
        using Mat ground = _slot.Labels.ColRange(0, Middle), front = _slot.Labels.ColRange(Middle, Size);
        dark.SetTo(new Scalar(20, 20, 20));
        light.SetTo(new Scalar(220, 220, 220));
        ground.SetTo(Scalar.Black);
        front.SetTo(new Scalar(1));
        _slot.Confidence.SetTo(Scalar.White);
    }

    private sealed class LastPicture : ISink
    {
        public byte[] Pixels { get; private set; } = [];

        public bool ForegroundIsKnown { get; private set; }

        public void Present(Renderer renderer, FrameSlot slot)
        {
            Pixels = renderer.Pixels().ToArray();
            ForegroundIsKnown = slot.ForegroundOf is not null && slot.ForegroundOf == renderer.Wanted;
        }

        public string? Finish() => null;

        public void Dispose()
        {
            // Nothing to release.
        }
    }
}
