using BenchmarkDotNet.Attributes;
using OpenCvSharp;
using RealtimeSeg.Core.Temporal;
using RealtimeSeg.Tests.Support;

namespace RealtimeSeg.Tests.Benchmarks;

/// <summary>Labels of 480×360 smoothed over time: which pixels moved, and the votes.</summary>
public class SmoothingBenchmark : IDisposable
{
    private const int Width = 480, Height = 360;
    private readonly Mat[] _images = [Pictures.Noise(Width, Height), Pictures.Noise(Width, Height)];
    private readonly byte[] _labels = new byte[Width * Height], _confidence = new byte[Width * Height];
    private readonly MotionMask _motion = new();
    private readonly TemporalSmoother _smoother = new(0.5f);
    private readonly bool[] _still = new bool[Width * Height];
    private int _frame;

    public SmoothingBenchmark()
    {
        Array.Fill(_still, value: true);
        Array.Fill(_confidence, (byte)200);
    }

    [Benchmark]
    public int Motion() => _motion.Update(_images[_frame++ % _images.Length].AsSpan<byte>(), Width).Length;

    [Benchmark]
    public void Votes()
    {
        _labels.AsSpan().Fill((byte)(_frame++ % 3));
        _smoother.Apply(_still, _labels, _confidence);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        foreach (Mat image in _images) image.Dispose();
        GC.SuppressFinalize(this);
    }
}
