using BenchmarkDotNet.Attributes;
using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Graphics.Hud;
using RealtimeSeg.Tests.Support;

namespace RealtimeSeg.Tests.Benchmarks;

/// <summary>A frame of 1280×720 with a mask of 480×270 to the GPU, composited, and with the panel over it.</summary>
public class DrawBenchmark : IDisposable
{
    private static readonly string[] Classes = ["sky", "road", "car"];
    private static readonly int[] Palette = [0x808080, 0x804080, 0x400080];
    private readonly FrameStats _stats = new();
    private EglContext _context = null!;
    private Renderer _plain = null!, _panelled = null!;
    private FrameSlot _slot = null!;
    private long _now = 1_000_000_000;

    /// <summary>On the thread that measures, which then owns the context.</summary>
    [GlobalSetup]
    public void Open()
    {
        _context = new EglContext();
        _plain = Draw(HudDetail.None);
        _panelled = Draw(HudDetail.Full);
        _slot = new FrameSlot();
        using Mat image = Pictures.Noise(1280, 720);
        image.CopyTo(_slot.Image);
        using Mat labels = new(270, 480, MatType.CV_8UC1, Scalar.All(1)), sure = new(270, 480, MatType.CV_8UC1, Scalar.All(200));
        labels.CopyTo(_slot.Labels);
        sure.CopyTo(_slot.Confidence);
        _plain.Upload(_slot);
        _panelled.Upload(_slot);
    }

    [Benchmark]
    public void Upload() => _plain.Upload(_slot);

    [Benchmark]
    public void Composite() => _plain.Compose(Text, Later());

    [Benchmark]
    public void CompositeWithPanel() => _panelled.Compose(Text, Later());

    [GlobalCleanup]
    public void Dispose()
    {
        _slot.Dispose();
        _panelled.Dispose();
        _plain.Dispose();
        _context.Dispose();
        GC.SuppressFinalize(this);
    }

    private Renderer Draw(HudDetail hud) => new(_context.Gl, Classes, Palette, new RenderOptions { Hud = hud, Refine = false });

    private HudText Text() => new(30, 30, 40, 30, 0, "network", _stats, Status: null);

    /// <summary>A thirtieth of a second on, so that the panel's text is written anew as often as in a run.</summary>
    private long Later() => _now += 33_333_333;
}
