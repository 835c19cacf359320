using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Inference;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Data;
using Xunit;

namespace RealtimeSeg.Tests.EndToEnd;

/// <summary>The programs of docs/samples, started as a user starts them.</summary>
public sealed class SampleTests
{
    private static readonly string Street = Path.Combine(Repository.Root, "models", "street.onnx");

    [Fact]
    public void The_image_sample_prints_the_share_of_each_class()
    {
        using TemporaryFolder folder = new();
        using Mat image = new SynthStreet(1, seed: 5).Load(0).Image;
        Cv2.ImWrite(folder["street.png"], image);
        (int code, string output, string error) = Run("SegmentImage", Street, folder["street.png"]);
        Assert.True(code == 0, error);
        string[][] rows = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => l.Split("  ", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

        using Segmenter model = Segmenter.Open(Street);
        byte[] labels = model.Segment(image.AsSpan<byte>(), image.Width, image.Height).Labels;
        Assert.Equal(string.Join(' ', model.Manifest.Classes), string.Join(' ', rows.Select(r => r[2])));
        Assert.Equal(string.Concat(model.Manifest.Palette.Select(p => $"#{p:X6}")), string.Concat(rows.Select(r => r[1])));
        Assert.All(rows.Select((r, label) => (Printed: Percent(r[0]), Label: label)), row =>
            Assert.Equal(100.0 * labels.Count(l => l == row.Label) / labels.Length, row.Printed, tolerance: 0.051));
        Assert.True(rows.Count(r => Percent(r[0]) > 1) > 2, output);
    }

    [Theory]
    [InlineData("no.onnx", "street.png", "no.onnx")]
    [InlineData("MODEL", "no.png", "no.png")]
    public void The_image_sample_tells_what_is_missing_in_one_line(string model, string image, string named)
    {
        (int code, string output, string error) = Run("SegmentImage", model == "MODEL" ? Street : model, image);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Contains(named, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_curve_sample_finds_the_curve_that_its_points_were_drawn_from()
    {
        (int code, string output, string error) = Run("FitCurve");
        Assert.True(code == 0, error);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        double[] losses = [.. lines.Where(l => l.StartsWith("step", StringComparison.Ordinal)).Select(l => Number(l.Split(' ')[^1]))];
        Assert.Equal(6, losses.Length);
        Assert.Equal(losses.OrderDescending(), losses);
        Assert.InRange(losses[^1], 0, losses[0] / 100);
        string[][] fitted = [.. lines.Where(l => l.Contains(" = ", StringComparison.Ordinal)).Select(l => l.TrimEnd(')').Split(' '))];
        Assert.Equal("abc", string.Concat(fitted.Select(f => f[0])));
        Assert.All(fitted, f => Assert.Equal(Number(f[^1]), Number(f[2]), tolerance: 0.1)); // the points are noisy
    }

    /// <summary>Both run in a home of their own, in which nothing of what ONNX Runtime collects to send home may lie afterwards.</summary>
    private static (int Code, string Out, string Error) Run(string sample, params string[] arguments)
    {
        using TemporaryFolder home = new();
        string program = Path.Combine(Repository.Root, "docs", "samples", sample, "bin", "Release", "net10.0", "linux-x64", sample);
        string[] asAUser = ["-u", "CI", "ORT_DISABLE_TELEMETRY=0", $"HOME={home.Path}", $"XDG_CACHE_HOME={home[".cache"]}"];
        (int, string, string) result = Cli.Try("env", [.. asAUser, program, .. arguments])!.Value;
        Assert.DoesNotContain(
            Directory.EnumerateFileSystemEntries(home.Path, "*", SearchOption.AllDirectories),
            e => e.Contains("onnxruntime", StringComparison.OrdinalIgnoreCase));
        return result;
    }

    private static double Percent(string text) => Number(text.TrimEnd('%', ' '));

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
