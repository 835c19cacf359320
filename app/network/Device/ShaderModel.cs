using OpenCvSharp;
using RealtimeSeg.Network.Graphs;
using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Network.Device;

/// <summary>A model of the trainer for compute shaders: its graph, and a plan for each size of the frame. Any thread may ask.</summary>
/// <param name="file">The graph.</param>
/// <param name="pitch">See <see cref="NetworkPlan.Of(NetworkFile, int, int, float?)"/>.</param>
/// <param name="half">Whether numbers are stored in 16 bits; null for what suits the driver.</param>
/// <param name="tiles">Gives the tiles for a driver, null for those that suit its kind; null for always those.</param>
public sealed class ShaderModel(NetworkFile file, float? pitch, bool? half = null, Func<Driver, KernelTiles?>? tiles = null)
{
    /// <summary>Plans that are kept for sizes that come again.</summary>
    private const int MostPlans = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<Size, NetworkPlan> _plans = [];

    /// <summary>Whether numbers are stored in 16 bits; null for what suits the driver.</summary>
    public bool? Half => half;

    /// <summary>Tiles for a driver; null for those that suit its kind.</summary>
    public KernelTiles? TilesFor(Driver driver) => tiles?.Invoke(driver);

    /// <summary>Whether it ends with scores, from which labels are made here.</summary>
    public bool GivesScores => pitch is not null;

    /// <summary>The plan for a size of what the network reads.</summary>
    /// <exception cref="UserError">The graph has an operator that cannot be run.</exception>
    public NetworkPlan Plan(Size size)
    {
        lock (_lock)
        {
            if (_plans.TryGetValue(size, out NetworkPlan? plan)) return plan;
            if (_plans.Count >= MostPlans) _plans.Clear();
            return _plans[size] = NetworkPlan.Of(file, size.Width, size.Height, pitch);
        }
    }
}
