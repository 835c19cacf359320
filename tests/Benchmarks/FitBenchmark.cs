using BenchmarkDotNet.Attributes;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Tests.Support;

namespace RealtimeSeg.Tests.Benchmarks;

/// <summary>A camera's image scaled to the network's size.</summary>
public class FitBenchmark : IDisposable
{
    private readonly Mat _image = Pictures.Noise(1280, 720), _fitted = new();

    [Benchmark]
    public void Fit() => FrameFit.Resize(_image, _fitted, new Size(480, 270));

    [GlobalCleanup]
    public void Dispose()
    {
        _image.Dispose();
        _fitted.Dispose();
        GC.SuppressFinalize(this);
    }
}
