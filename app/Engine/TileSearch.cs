using RealtimeSeg.Inference;
using RealtimeSeg.Network.Device;
using RealtimeSeg.Network.Graphs;

namespace RealtimeSeg.Engine;

/// <summary>
/// The race of tiles beside a run, on a thread and with a context of its own. What it finds serves from the next run on; a run that ends
/// before it does ends it.
/// </summary>
internal sealed class TileSearch : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Worker _worker;

    private TileSearch(Driver driver, Segmenter model, bool? half, Action<string> report, string file)
        => _worker = Worker.Start("tiles", () => Search(driver, model, half, report, file));

    /// <summary>Begins it if it makes sense: shaders run the network on hardware whose tiles are not known yet. Otherwise null.</summary>
    /// <param name="driver">That draws.</param>
    /// <param name="model">The network that runs.</param>
    /// <param name="half">Whether shaders are to store numbers in 16 bits; null for what suits the driver.</param>
    /// <param name="report">Receives a line with the result.</param>
    /// <param name="file">Where results are kept; null for nowhere.</param>
    public static TileSearch? Begin(Driver driver, Segmenter model, bool? half, Action<string> report, string? file)
        => file is null || model.Shaders is null || driver.IsSoftware || TileRace.Kept(driver, half, file) is not null
            ? null
            : new TileSearch(driver, model, half, report, file);

    /// <summary>Waits until it has found something.</summary>
    public void Join() => _worker.Join();

    public void Dispose()
    {
        _stop.Cancel();
        _worker.Join();
        _stop.Dispose();
    }

    private void Search(Driver driver, Segmenter model, bool? half, Action<string> report, string file)
    {
        try
        {
            using HeadlessContext context = new();
            GlNetwork.Check(context.Gl);
            (int width, int height) = model.Manifest.Size;
            NetworkPlan plan = model.Shaders!.Plan(new(width, height));
            TileRace.Winner(context.Gl, driver, plan, half, report, file, _stop.Token);
        }
        catch (UserError e)
        {
            report($"tiles: not measured: {e.Message}");
        }
        catch (OperationCanceledException)
        {
            // The next run begins again.
        }
    }
}
