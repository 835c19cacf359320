using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Data;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>The network as other programs use it: pixels in, labels of the same size out.</summary>
public sealed class SegmentTests
{
    private static readonly string Model = Path.Combine(Repository.Root, "models", "street.onnx");
    private static readonly (int Width, int Height) Working = (160, 120);

    /// <summary>Larger and smaller than the network's size, and exactly it.</summary>
    public static TheoryData<Fit, int, int> Ways
    {
        get
        {
            TheoryData<Fit, int, int> ways = [];
            foreach (Fit fit in Enum.GetValues<Fit>())
            {
                ways.Add(fit, 301, 170);
                ways.Add(fit, 90, 127);
                ways.Add(fit, Working.Width, Working.Height);
            }

            return ways;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Pixels_get_the_labels_that_a_frame_of_the_app_gets(Fit fit, int width, int height)
    {
        using Segmenter segmenter = Open(fit);
        using Mat image = Street(width, height);
        Segmentation result = segmenter.Segment(image.AsSpan<byte>(), width, height);
        Assert.Equal((width, height), (result.Width, result.Height));
        using FrameSlot slot = new();
        image.CopyTo(slot.Image);
        segmenter.Fit(slot);
        segmenter.Infer(slot);
        Assert.Equal(AtSize(slot.Labels, image.Size()), result.Labels);
        Assert.Equal(AtSize(slot.Confidence, image.Size()), result.Confidence);
        Assert.True(result.Labels.Distinct().Count() > 1, "one class everywhere proves nothing");
        bool isCropped = fit == Fit.Crop && (width, height) != Working;
        Assert.Equal(isCropped, result.Labels.Contains(NetworkFrame.Unlabelled));
        Assert.True(isCropped || result.Labels.Max() < segmenter.Manifest.Classes.Count);
    }

    [Theory]
    [InlineData(PixelOrder.Bgr)]
    [InlineData(PixelOrder.Rgb)]
    [InlineData(PixelOrder.Bgra)]
    [InlineData(PixelOrder.Rgba)]
    public void Channels_may_have_any_order_and_rows_a_gap(PixelOrder order)
    {
        const int gap = 5;
        using Segmenter segmenter = Open();
        using Mat image = Street(200, 140);
        Segmentation expected = segmenter.Segment(image.AsSpan<byte>(), image.Width, image.Height);
        Assert.True(expected.Labels.Distinct().Count() > 1, "one class everywhere proves nothing");
        using Mat other = new();
        if (order == PixelOrder.Bgr) image.CopyTo(other);
        else Cv2.CvtColor(image, other, Conversion(order));
        Same(segmenter.Segment(other.AsSpan<byte>(), image.Width, image.Height, order));

        int height = image.Height, row = other.Width * other.Channels(), stride = row + gap;
        byte[] apart = new byte[(stride * height) - gap];
        new Random(1).NextBytes(apart);
        for (int y = 0; y < height; y++) other.AsSpan<byte>().Slice(y * row, row).CopyTo(apart.AsSpan(y * stride));
        Same(segmenter.Segment(apart, image.Width, image.Height, order, stride));
        Same(segmenter.Segment([.. apart, .. new byte[gap]], image.Width, image.Height, order, stride)); // a gap after the last row, too

        void Same(Segmentation result)
        {
            Assert.Equal(expected.Labels, result.Labels);
            Assert.Equal(expected.Confidence, result.Confidence);
        }
    }

    [Fact]
    public void Labels_alone_may_be_asked_for()
    {
        using Segmenter segmenter = Open();
        using Mat image = Street(200, 140);
        byte[] labels = new byte[image.Width * image.Height];
        segmenter.SegmentInto(image.AsSpan<byte>(), image.Width, image.Height, labels);
        Assert.Equal(segmenter.Segment(image.AsSpan<byte>(), image.Width, image.Height).Labels, labels);
    }

    [Theory]
    [InlineData(PixelOrder.Bgr)]
    [InlineData(PixelOrder.Rgba)]
    public void A_call_with_buffers_allocates_nothing_once_the_size_is_known(PixelOrder order)
    {
        using Segmenter segmenter = Open();
        using Mat image = Street(171, 90), other = new();
        if (order == PixelOrder.Bgr) image.CopyTo(other);
        else Cv2.CvtColor(image, other, Conversion(order));
        byte[] labels = new byte[image.Width * image.Height], confidence = new byte[labels.Length];
        for (int i = 0; i < 3; i++) segmenter.SegmentInto(other.AsSpan<byte>(), image.Width, image.Height, labels, confidence, order);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++) segmenter.SegmentInto(other.AsSpan<byte>(), image.Width, image.Height, labels, confidence, order);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(20, 10, 0, 600 - 1, 200, 200, "600", "599")] // less
    [InlineData(20, 10, 0, 600 + 1, 200, 200, "600", "601")] // more
    [InlineData(20, 10, 59, 600, 200, 200, "60 bytes", "59")] // rows that overlap
    [InlineData(20, 10, 64, (64 * 9) + 59, 200, 200, "640", "635")] // the last row is cut
    [InlineData(20, 10, 0, 600, 199, 200, "200", "199")]
    [InlineData(20, 10, 0, 600, 200, 201, "200", "201")]
    [InlineData(0, 10, 0, 0, 0, 0, "0×10", "no image")]
    [InlineData(20, -1, 0, 0, 0, 0, "20×-1", "no image")]
    [InlineData(60_000, 60_000, 0, 0, 0, 0, "60000×60000", "no image")] // more than memory can be asked for at once
    public void A_buffer_of_another_size_is_refused_with_both_numbers(
        int width, int height, int stride, int pixels, int labels, int confidence, string needed, string given)
    {
        using Segmenter segmenter = Open();
        ArgumentException e = Assert.Throws<ArgumentException>(() => segmenter.SegmentInto(
            new byte[pixels], width, height, new byte[labels], new byte[confidence], stride: stride));
        Assert.Contains(needed, e.Message, StringComparison.Ordinal);
        Assert.Contains(given, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Calls_of_several_threads_do_not_mix()
    {
        const int callers = 4, calls = 8;
        using Segmenter segmenter = Open();
        Mat[] images = [.. Enumerable.Range(0, callers).Select(i => Street(160 + (20 * i), 120, frame: 40 * i))];
        byte[][] alone = [.. images.Select(m => segmenter.Segment(m.AsSpan<byte>(), m.Width, m.Height).Labels)];
        Assert.All(alone, labels => Assert.True(labels.Distinct().Count() > 1, "one class everywhere proves nothing"));
        Parallel.For(0, callers * calls, new ParallelOptions { MaxDegreeOfParallelism = callers }, call =>
        {
            Mat image = images[call % callers];
            Assert.Equal(alone[call % callers], segmenter.Segment(image.AsSpan<byte>(), image.Width, image.Height).Labels);
        });
        foreach (Mat m in images) m.Dispose();
    }

    [Fact]
    public void Disposing_unloads_the_network_and_ends_the_calls()
    {
        Segmenter segmenter = Open();
        using Mat image = Street(200, 140);
        segmenter.Segment(image.AsSpan<byte>(), image.Width, image.Height);
        Assert.True(segmenter.TryKeep());
        segmenter.LetGo();
        segmenter.Dispose();
        Assert.False(segmenter.TryKeep()); // nobody holds it any more, not even what its own calls need
        Assert.Throws<ObjectDisposedException>(() => segmenter.Segment(image.AsSpan<byte>(), image.Width, image.Height));
        segmenter.Dispose();
    }

    [Fact]
    public void Opening_needs_no_more_than_a_path_and_says_what_is_wrong_with_it()
    {
        using Segmenter segmenter = Segmenter.Open(Model);
        Assert.Equal(("street", 11), (segmenter.Name, segmenter.Manifest.Classes.Count));
        Assert.Equal(segmenter.Manifest.Classes.Count, segmenter.Manifest.Palette.Count);
        UserError e = Assert.Throws<UserError>(() => Segmenter.Open("nowhere/no.onnx"));
        Assert.Contains("nowhere/no.onnx", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => Segmenter.Open(null!));
    }

    /// <summary>Such sizes took a machine's memory, and other libraries' exceptions told of them.</summary>
    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(-5, 3, 0, 0)]
    [InlineData(int.MaxValue, 2, 0, 0)]
    [InlineData(8192, 8192, 0, 0)]
    [InlineData(96, 64, -1, 0)]
    [InlineData(96, 64, 100_000, 0)]
    [InlineData(96, 64, 0, 77)]
    public void Options_that_the_programs_refuse_are_refused(int width, int height, int threads, int fit)
    {
        SegmenterOptions options = new(ExecutionProviders.Cpu, threads, (width, height), Fit: (Fit)fit);
        Assert.Throws<UserError>(() => Segmenter.Open(Model, options));
    }

    /// <summary>The program writes labels as palette PNGs of the image's size.</summary>
    [Fact]
    public void Pixels_get_the_labels_that_replay_writes()
    {
        using TemporaryFolder folder = new();
        using Mat image = Street(500, 300);
        Cv2.ImWrite(folder["street.png"], image);
        string[] command = ["replay", folder["street.png"], "null", "--masks", folder["masks"], "--model", Model, "--provider", "cpu"];
        (int code, _, string error) = Cli.RunWithoutDisplay(Repository.Root, [.. command, "--headless"]);
        Assert.True(code == 0, error);
        using Mat written = PalettePng.Indices(folder["masks/street.png"])!;
        using Segmenter segmenter = Segmenter.Open(Model, new SegmenterOptions(ExecutionProviders.Cpu));
        byte[] labels = segmenter.Segment(image.AsSpan<byte>(), image.Width, image.Height).Labels;
        Assert.Equal(written.AsSpan<byte>().ToArray(), labels);
        Assert.True(labels.Distinct().Count() > 2, "too few classes to prove anything");
    }

    private static Mat Street(int width, int height, int frame = 0)
    {
        using Mat street = new SynthStreet(frame + 1, seed: 5).Load(frame).Image;
        Mat image = new();
        Cv2.Resize(street, image, new Size(width, height), interpolation: InterpolationFlags.Area);
        return image;
    }

    private static ColorConversionCodes Conversion(PixelOrder order) => order switch
    {
        PixelOrder.Rgb => ColorConversionCodes.BGR2RGB,
        PixelOrder.Bgra => ColorConversionCodes.BGR2BGRA,
        _ => ColorConversionCodes.BGR2RGBA,
    };

    /// <summary>A map as the app enlarges it when it draws or writes labels.</summary>
    private static byte[] AtSize(Mat map, Size size)
    {
        using Mat large = new();
        LabelMap.Resize(map, large, size);
        return large.AsSpan<byte>().ToArray();
    }

    private static Segmenter Open(Fit? fit = null)
        => Segmenter.Open(Model, new SegmenterOptions(ExecutionProviders.Cpu, Size: Working, Fit: fit));
}
