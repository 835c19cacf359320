using OpenCvSharp;
using RealtimeSeg.Commands;
using RealtimeSeg.Core.Temporal;
using RealtimeSeg.Engine;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Which frames keep the labels of an earlier one, and what smoothing carries over from frame to frame.</summary>
public sealed class LabellerTests(AppModel model) : IClassFixture<AppModel>, IDisposable
{
    private readonly Segmenter _network = model.Load((160, 120));
    private readonly FrameSlot _slot = new();
    private readonly Mat _image = new();

    /// <summary>Which the CPU counts on from where shaders left off.</summary>
    [Fact]
    public void Flicker_is_that_of_the_whole_run_also_if_the_CPU_took_over()
    {
        FlickerCount shaders = new(100, 10), cpu = new(300, 0);
        Assert.Equal(0.025, LabelStage.Together(shaders, cpu));
        Assert.Equal(0.1, LabelStage.Together(shaders, null));
        Assert.Equal(0, LabelStage.Together(null, cpu));
        Assert.Null(LabelStage.Together(null, null));
    }

    /// <summary>In a live run frames drop out: those that are left are 3 apart here, and the mask may be 3 old, never older.</summary>
    [Fact]
    public void The_frames_between_two_masks_are_counted_from_the_last_mask()
    {
        using StreetSource street = new("synth://3", null);
        using Labeller labeller = new(new LabelOptions(Every: 4), new WallClock());
        long[] indices = [0, 3, 6, 9, 12, 15, 18, 21];
        Assert.Equal([0, 6, 12, 18], indices.Where(i => IsInferred(labeller, street, i)));
    }

    /// <summary>A recording is read faster than it was made, and may begin again.</summary>
    [Fact]
    public void Masks_per_second_are_counted_in_the_sources_time()
    {
        using StreetSource street = new("synth://3", null);
        using Labeller labeller = new(new LabelOptions(MostPerSecond: 5), new WallClock());
        List<int> inferred = [];
        for (int i = 0; i < 18; i++)
        {
            _slot.Seconds = (i % 13) / 25.0;
            if (IsInferred(labeller, street, i)) inferred.Add(i);
        }

        Assert.Equal([0, 5, 10, 13], inferred); // the 14th frame is the first again
    }

    [Fact]
    public void No_mask_is_kept_over_a_cut_or_a_jump()
    {
        using StreetSource first = new("synth://3", null), second = new("synth://8", null);
        using Labeller labeller = new(new LabelOptions(Every: 100, SkipStill: true, MostPerSecond: 1), new WallClock());
        List<bool> inferred = [];
        for (int i = 0; i < 12; i++) inferred.Add(IsInferred(labeller, i < 5 ? first : second, i, jumped: i == 9));
        Assert.Equal([0, 5, 9], Enumerable.Range(0, 12).Where(i => inferred[i]));
    }

    /// <summary>An image whose noise counts as still: after a jump, smoothing starts over and the labels are the network's.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Smoothing_starts_over_after_a_jump(bool jumped)
    {
        using Labeller smooth = new(new LabelOptions(1), new WallClock());
        SegmenterOptions options = new(ExecutionProviders.Cpu, Size: (160, 120));
        using Segmenter network = Segmenter.Load(Path.Combine(Repository.Root, "models", "street.onnx"), options, _ => { });
        using StreetSource street = new("synth://3", null);
        street.Read(_image);
        Random random = new(5);
        byte[] labels = new byte[160 * 120];
        for (int i = 0; i < 8; i++)
        {
            Cv2.Resize(_image, _slot.Image, new Size(160, 120));
            foreach (ref byte b in _slot.Image.AsSpan<byte>()) b = (byte)Math.Min(255, b + random.Next(12));
            _slot.Jumped = jumped && i == 7;
            smooth.Label(_slot, network);
        }

        _slot.Labels.AsSpan<byte>().CopyTo(labels);
        network.Infer(_slot);
        int kept = Enumerable.Range(0, labels.Length).Count(i => labels[i] != _slot.Labels.AsSpan<byte>()[i]);
        Assert.Equal(jumped, kept == 0);
    }

    [Fact]
    public void Only_images_that_follow_one_another_are_smoothed_unless_asked()
    {
        using TemporaryFolder folder = new();
        using Mat image = new(32, 48, MatType.CV_8UC3, Scalar.Gray);
        foreach (string name in new[] { "s/a01.png", "s/a02.png", "u/cat.png", "u/dog.png" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            Cv2.ImWrite(folder[name], image);
        }

        bool Smooths(string source, bool asked)
        {
            using ISource opened = SourceFactory.Open(source, new SourceOptions { Times = 2 }, new ManualResetEvent(false));
            PipelineSettings settings = Mode.Replay.Defaults;
            if (asked) settings = settings with { Labels = settings.Labels with { SmoothsAll = true } };
            return Mode.Replay.For(settings, opened.IsSequence, window: false, onCpu: true).Labels!.Smooth > 0;
        }

        foreach (string sequence in new[] { folder["s"], folder["s/a%02d.png"], folder["s/*.png"], folder["u/cat.png"], "synth://3" })
            Assert.True(Smooths(sequence, asked: false), sequence);
        foreach (string unrelated in new[] { folder["u"], folder["u/*.png"] })
        {
            Assert.False(Smooths(unrelated, asked: false), unrelated);
            Assert.True(Smooths(unrelated, asked: true), unrelated);
        }
    }

    public void Dispose()
    {
        _slot.Dispose();
        _network.Dispose();
        _image.Dispose();
    }

    /// <summary>Labels the source's next frame; whether the network ran on it.</summary>
    private bool IsInferred(Labeller labeller, StreetSource source, long index, bool jumped = false)
    {
        Assert.True(source.Read(_image));
        Cv2.Resize(_image, _slot.Image, new Size(160, 120));
        (_slot.Index, _slot.Jumped, _slot[Stamp.Arrived]) = (index, jumped, 1 + index);
        labeller.Label(_slot, _network);
        return _slot.LabelledFrom == _slot[Stamp.Arrived];
    }
}
