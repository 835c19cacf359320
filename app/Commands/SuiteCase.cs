using System.Globalization;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Commands;

/// <summary>A cell of the suite: a model, or PyTorch's yardstick, at a size on a number of threads.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Size">The network's working size in pixels.</param>
/// <param name="Threads">CPU threads.</param>
/// <param name="NetworkMs">Median of the network alone, in ms.</param>
/// <param name="Whole">A run of the whole pipeline; null for the yardstick.</param>
internal sealed record SuiteCase(string Model, (int Width, int Height) Size, int Threads, double NetworkMs, RunResult? Whole)
{
    /// <summary>How the file of a network in integers is named after that in floats.</summary>
    private const string Integers = "-int8";

    private static readonly string[] Head =
    [
        "network", "size", "threads", "alone ms", "whole ms", "fps", "period", "floats", "PyTorch", "per pixel",
    ];

    private static readonly string[] ShortHead =
        ["\nnetwork", "\nsize", "\nT", "alone\nms", "whole\nms", "\nfps", "per-\niod", "\nfloat", "Py-\nTorch", "per\npixel"];

    private const string Note =
        "T: threads; alone: the network in a loop, median; whole: capture to present, median\n"
        + "as multiples of alone: the period between frames, the same network in floats, PyTorch's yardstick\n"
        + "per pixel: the time for a pixel as a multiple of that at the smallest size";

    private double Pixels => (double)Size.Width * Size.Height;

    /// <summary>All cases, by network, then threads, then size.</summary>
    public static FigureTable Table(IReadOnlyList<SuiteCase> all)
    {
        IEnumerable<SuiteCase> ordered = all.OrderBy(c => c.Model, StringComparer.Ordinal).ThenBy(c => c.Threads).ThenBy(c => c.Pixels);
        return new FigureTable(Head, [.. ordered.Select(c => c.Row(all))], Note) { ShortHead = ShortHead };
    }

    /// <summary>What <c>--json</c> writes of it.</summary>
    public object Figures() => new
    {
        model = Model,
        width = Size.Width,
        height = Size.Height,
        threads = Threads,
        network_ms = NetworkMs,
        figures = Whole is null ? null : Report.Figures(Whole),
    };

    private string[] Row(IReadOnlyList<SuiteCase> all)
    {
        SuiteCase[] beside = [.. all.Where(c => c.Size == Size && c.Threads == Threads)];
        SuiteCase? floats = Array.Find(beside, c => c.Model + Integers == Model);
        SuiteCase? torch = Whole is null ? null : Array.Find(beside, c => c.Whole is null);
        SuiteCase smallest = all.Where(c => c.Model == Model && c.Threads == Threads).MinBy(c => c.Pixels)!;
        FrameStats? stats = Whole?.Stats;
        return
        [
            Model, $"{Size.Width}×{Size.Height}", Text(Threads, "0"), Text(NetworkMs, "F1"),
            Text(stats?.CaptureToPresent.P50, "F1"), Text(stats?.FramesPerSecond, "F1"), Text(stats?.Period.P50 / NetworkMs, "F2"),
            Text(floats?.NetworkMs / NetworkMs, "F2"), Text(torch?.NetworkMs / NetworkMs, "F1"),
            Text(NetworkMs / Pixels / (smallest.NetworkMs / smallest.Pixels), "F2"),
        ];
    }

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
