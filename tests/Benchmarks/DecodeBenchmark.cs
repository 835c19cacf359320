using BenchmarkDotNet.Attributes;
using OpenCvSharp;
using RealtimeSeg.Inference;
using RealtimeSeg.Tests.Support;

namespace RealtimeSeg.Tests.Benchmarks;

/// <summary>Labels and confidence from the scores of eleven classes at stride 4.</summary>
public class DecodeBenchmark : IDisposable
{
    private const int Classes = 11, Stride = 4;
    private static readonly Size Cells = new(120, 90), Pixels = new(480, 360);
    private readonly float[] _scores = Pictures.Scores(Classes * Cells.Width * Cells.Height);
    private readonly byte[] _labels = new byte[Pixels.Width * Pixels.Height], _confidence = new byte[Pixels.Width * Pixels.Height];
    private readonly ScoreDecoder _one = new(Classes, Cells, Pixels, Stride, threads: 1);
    private readonly ScoreDecoder _two = new(Classes, Cells, Pixels, Stride, threads: 2);

    [Benchmark]
    public void OneThread() => _one.Decode(_scores, _labels, _confidence);

    [Benchmark]
    public void TwoThreads() => _two.Decode(_scores, _labels, _confidence);

    [GlobalCleanup]
    public void Dispose()
    {
        _one.Dispose();
        _two.Dispose();
        GC.SuppressFinalize(this);
    }
}
