using System.Globalization;
using RealtimeSeg.Network.Device;
using RealtimeSeg.Network.Graphs;
using RealtimeSeg.Network.Steps;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Inference;

/// <summary>
/// How much an invocation of a convolution had best make depends on a device's registers, caches and driver; it is measured once, with the
/// network that runs, and kept in the user's cache for the driver. Drivers in software have the tiles that were found for them.
/// </summary>
internal static class TileRace
{
    /// <summary>The name of the file in the user's cache.</summary>
    public const string CacheFile = "tiles.json";

    private const int Runs = 5;

    /// <summary>Steps by their names, in the order of <see cref="KernelTiles.All"/>.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["1×1 convolution", "convolution", "depthwise", "transposed"];

    /// <summary>What a race found for a driver; null before there was one, and for drivers in software.</summary>
    /// <param name="driver">The driver.</param>
    /// <param name="half">Whether numbers are stored in 16 bits; null for what suits the driver.</param>
    /// <param name="file">Where results are kept; null for nowhere.</param>
    public static KernelTiles? Kept(Driver driver, bool? half, string? file)
        => driver.IsSoftware ? null : Results(file, _ => { }).Find(Key(driver, half));

    /// <summary>What a race finds, now or the last time.</summary>
    /// <param name="gl">A context, current on this thread.</param>
    /// <param name="driver">Its driver.</param>
    /// <param name="plan">The network.</param>
    /// <param name="half">Whether numbers are stored in 16 bits; null for what suits the driver.</param>
    /// <param name="report">Receives a line with the result, the first time.</param>
    /// <param name="file">Where results are kept; null for nowhere.</param>
    /// <param name="stop">Ends it before its end.</param>
    /// <exception cref="UserError">The driver refuses a shader.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; nothing is kept.</exception>
    public static KernelTiles Winner(
        GL gl, Driver driver, NetworkPlan plan, bool? half, Action<string> report, string? file, CancellationToken stop)
        => Results(file, report).Get(Key(driver, half), () =>
        {
            KernelTiles won = Best(Measure(gl, driver, plan, half, stop));
            report($"tiles: {string.Join(", ", Kinds.Zip(won.All, (k, t) => $"{k} {t}"))} on {driver.Name}");
            return won;
        });

    /// <summary>Measures, whatever is kept, and keeps what wins unless the driver is software.</summary>
    /// <returns>All that ran.</returns>
    /// <inheritdoc cref="Winner"/>
    public static IReadOnlyList<(KernelTiles Tiles, double[] Milliseconds)> Race(
        GL gl, Driver driver, NetworkPlan plan, bool? half, Action<string> report, string? file)
    {
        IReadOnlyList<(KernelTiles, double[])> all = Measure(gl, driver, plan, half, CancellationToken.None);
        if (!driver.IsSoftware) Results(file, report).Keep(Key(driver, half), Best(all));
        return all;
    }

    /// <summary>Milliseconds of each kind with the driver's usual tiles, and with others.</summary>
    /// <inheritdoc cref="Winner"/>
    public static IReadOnlyList<(KernelTiles Tiles, double[] Milliseconds)> Measure(
        GL gl, Driver driver, NetworkPlan plan, bool? half, CancellationToken stop)
    {
        using ProgramCache programs = new(gl);
        List<(KernelTiles, double[])> all = [];
        foreach (KernelTiles tiles in KernelTiles.Others.Prepend(driver.Style(half).Tiles))
        {
            stop.ThrowIfCancellationRequested();
            using GlNetwork network = new(gl, programs, half, tiles);
            network.Prepare(plan);
            double[] each = network.Measure(Runs);
            all.Add((tiles, [.. Kinds.Select(k => plan.Steps.Zip(each).Where(p => p.First.Kernel == k).Sum(p => p.Second))]));
        }

        return all;
    }

    /// <summary>The fastest of each kind; of equal ones, as where a network has none of the kind, the first.</summary>
    public static KernelTiles Best(IReadOnlyList<(KernelTiles Tiles, double[] Milliseconds)> all)
    {
        Tile Of(int kind) => all.MinBy(a => a.Milliseconds[kind]).Tiles.All[kind];
        return new KernelTiles(Of(0), Of(1), Of(2), Of(3));
    }

    private static Measurements<KernelTiles> Results(string? file, Action<string> report)
        => new(file, report, "tiles", tiles => tiles.All.All(t => t is { IsSound: true }));

    private static string Key(Driver driver, bool? half)
        => string.Create(CultureInfo.InvariantCulture, $"{driver.Name}, {driver.Version}, {(driver.Style(half).Half ? 16 : 32)} bits");
}
