using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Inference;

/// <summary>
/// Which of a network's two files is the faster depends on what the processor has for integers; it is measured once, and kept in the user's
/// cache for this processor, these files and this way to run them.
/// </summary>
internal static class PrecisionRace
{
    private const int WarmUp = 2, Frames = 10;

    /// <summary>The faster file.</summary>
    /// <param name="pair">Both exist.</param>
    /// <param name="options">How it will be run.</param>
    /// <param name="report">Receives a line with the result, the first time.</param>
    /// <param name="file">Where results are kept; null for nowhere.</param>
    /// <exception cref="UserError">One of them cannot be run, or they have different classes.</exception>
    public static string Winner(PrecisionPair pair, SegmenterOptions options, Action<string> report, string? file)
    {
        Result result = new Measurements<Result>(file, report, "precision").Get(Key(pair, options), () =>
        {
            Result now = Measure(pair, options);
            string times = string.Create(
                CultureInfo.InvariantCulture, $"{now.Int8Ms:F1} ms in integers, {now.FloatMs:F1} in floats on this machine");
            report($"precision: {Path.GetFileName(Of(now, pair))} ({times})");
            return now;
        });
        return Of(result, pair);
    }

    private static string Of(Result result, PrecisionPair pair) => result.FloatMs < result.Int8Ms ? pair.Floats : pair.Integers;

    /// <summary>Medians of frames in turn, so that a machine whose speed changes does not decide.</summary>
    private static Result Measure(PrecisionPair pair, SegmenterOptions options)
    {
        using Segmenter integers = Segmenter.Load(pair.Integers, options, _ => { });
        using Segmenter floats = Segmenter.Load(pair.Floats, options, _ => { });
        if (!integers.Manifest.Classes.SequenceEqual(floats.Manifest.Classes, StringComparer.Ordinal))
            throw new UserError($"{pair.Integers} has other classes than {pair.Floats}: choose with --precision float or int8");
        using FrameSlot one = integers.Blank(), other = floats.Blank();
        List<double> integerTimes = [], floatTimes = [];
        for (int i = 0; i < WarmUp + Frames; i++)
        {
            double a = Run(integers, one), b = Run(floats, other);
            if (i < WarmUp) continue;
            integerTimes.Add(a);
            floatTimes.Add(b);
        }

        return new Result(Median(integerTimes), Median(floatTimes));
    }

    /// <summary>Milliseconds of the network.</summary>
    internal static double Run(Segmenter model, FrameSlot slot)
    {
        model.Fit(slot);
        long began = Stopwatch.GetTimestamp();
        model.Infer(slot);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    internal static double Median(List<double> times)
    {
        times.Sort();
        return times[times.Count / 2];
    }

    /// <summary>What the result holds for: processors of one name may differ in their instructions.</summary>
    private static string Key(PrecisionPair pair, SegmenterOptions options)
    {
        string size = options.Size is { } s ? $"{s.Width}x{s.Height}" : "own size", spin = options.Spin ? ", spinning" : "";
        string floats = Fingerprint.Of(File.ReadAllBytes(pair.Floats)), integers = Fingerprint.Of(File.ReadAllBytes(pair.Integers));
        string files = $"{Path.GetFileName(pair.Floats)} {floats} {integers}";
        string processor = $"{Processor.Name} {Fingerprint.Of(Encoding.UTF8.GetBytes(Processor.Extensions))}";
        return $"{processor}, {options.ThreadCount} threads{spin}, {size}, {files}, ONNX Runtime {OrtEnv.Instance().GetVersionString()}";
    }

    /// <summary>Medians of the two files in ms.</summary>
    private sealed record Result(double Int8Ms, double FloatMs);
}
