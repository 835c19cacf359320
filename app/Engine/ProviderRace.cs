using System.Diagnostics;
using System.Globalization;
using System.Text;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Inference;
using RealtimeSeg.Network.Device;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Engine;

/// <summary>
/// <c>--provider auto</c> where a GPU draws: whether shaders run a network there faster than this machine's CPU does is measured once, and
/// kept in the user's cache for the driver, the processor and the file.
/// </summary>
internal static class ProviderRace
{
    private const int WarmUp = 2, Frames = 10;

    /// <summary>Whether shaders win. A driver in software is not even tried, nor a model that shaders cannot run.</summary>
    /// <param name="context">Current on this thread.</param>
    /// <param name="driver">That of the context.</param>
    /// <param name="cpu">The model as the CPU runs it.</param>
    /// <param name="floats">Its file for shaders.</param>
    /// <param name="half">Whether shaders are to store numbers in 16 bits; null for what suits the driver.</param>
    /// <param name="report">Receives a line with the result, the first time, or why shaders cannot run it.</param>
    /// <param name="file">Where results are kept; null for nowhere.</param>
    public static bool ShadersWin(
        IGlContext context, Driver driver, Segmenter cpu, string floats, bool? half, Action<string> report, string? file)
    {
        string? never = driver.IsSoftware ? $"{driver.Name} draws in software, on the CPU itself"
            : !ModelGraph.IsOwn(floats) ? "shaders run third-party models with --provider gl only" : null;
        if (never is not null) Log.Debug($"provider auto: {never}: the CPU runs the network");
        if (never is not null) return false;
        try
        {
            GlNetwork.Check(context.Gl);
            Result result = new Measurements<Result>(file, report, "provider").Get(Key(driver, cpu, floats, half), () =>
            {
                Result now = new(Shaders(context, floats, half, cpu, report), Cpu(cpu));
                string winner = now.GlMs < now.CpuMs ? ExecutionProviders.Gl : ExecutionProviders.Cpu;
                report(string.Create(CultureInfo.InvariantCulture,
                    $"provider: {winner} ({now.GlMs:F1} ms by shaders on {driver.Name}, {now.CpuMs:F1} by the CPU)"));
                return now;
            });
            Log.Debug(string.Create(CultureInfo.InvariantCulture,
                $"provider auto: {result.GlMs:F1} ms by shaders on {driver.Name}, {result.CpuMs:F1} by the CPU"));
            return result.GlMs < result.CpuMs;
        }
        catch (Exception e) when (e is UserError or ContextLostException)
        {
            report($"{GlNetwork.WithoutRemedy(e.Message)}; the CPU runs the network");
            return false;
        }
    }

    private static double Shaders(IGlContext context, string floats, bool? half, Segmenter cpu, Action<string> report)
    {
        using Segmenter model = Segmenter.Load(floats, new SegmenterOptions(ExecutionProviders.Gl, GlHalf: half), report);
        using FrameSlot blank = cpu.Blank();
        using TextureLabels labels = new(context.Gl, smooth: 0, follows: false);
        using PixelUploader image = new(context.Gl, InternalFormat.Rgb8, PixelFormat.Bgr, linear: false);
        image.Upload(blank.Image.Data, blank.Image.Width, blank.Image.Height);
        labels.Prepare(model.Shaders!, cpu.Geometry(blank), report);
        double median = Median(() =>
        {
            long began = Stopwatch.GetTimestamp();
            labels.Fit(image.Texture, blank.Image.Size());
            labels.Infer();
            context.Gl.Finish();
            return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        });
        context.ThrowIfLost();
        return median;
    }

    private static double Cpu(Segmenter model)
    {
        using FrameSlot blank = model.Blank();
        return Median(() => PrecisionRace.Run(model, blank));
    }

    private static double Median(Func<double> frame)
    {
        for (int i = 0; i < WarmUp; i++) frame();
        return PrecisionRace.Median([.. Enumerable.Range(0, Frames).Select(_ => frame())]);
    }

    /// <exception cref="UserError">The file cannot be read.</exception>
    internal static string Key(Driver driver, Segmenter cpu, string floats, bool? half)
    {
        (int width, int height) = cpu.Manifest.Size;
        string file = $"{Path.GetFileName(floats)} {Fingerprint.Of(Bytes(floats))}, {cpu.Name} on the CPU";
        string processor = $"{Processor.Name} {Fingerprint.Of(Encoding.UTF8.GetBytes(Processor.Extensions))}";
        return $"{driver.Name}, {driver.Version}, {processor}, {cpu.Threads} threads, {width}x{height}, {Bits(half)}, {file}";
    }

    /// <summary>A file that was there when the CPU's was loaded; it may be gone, or be another's.</summary>
    private static byte[] Bytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"cannot read {path} ({UserError.OneLine(e)}): check its permissions", e);
        }
    }

    private static string Bits(bool? half) => half switch { true => "16 bits", false => "32 bits", null => "usual bits" };

    /// <summary>Medians in ms.</summary>
    private sealed record Result(double GlMs, double CpuMs);
}
