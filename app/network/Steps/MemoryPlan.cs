namespace RealtimeSeg.Network.Steps;

/// <summary>
/// Where each map lies in one memory. Maps that are needed at the same time lie apart, others may take the same place: the largest are
/// placed first, each in the smallest gap that it fits into.
/// </summary>
public sealed class MemoryPlan
{
    /// <summary>Texel 0 is zero, for what lies outside a map.</summary>
    private const int First = 1;

    private readonly Dictionary<Map, int> _starts = [];

    /// <param name="steps">In their order.</param>
    /// <param name="outputs">Maps that are needed after the last step.</param>
    public MemoryPlan(IReadOnlyList<Step> steps, IReadOnlyList<Map> outputs)
    {
        Dictionary<Map, (int Made, int Read)> lives = [];
        for (int i = 0; i < steps.Count; i++)
        {
            if (steps[i].IsStored) lives[steps[i].Output.Storage] = (i, i);
            foreach (Map read in steps[i].Reads.Select(m => m.Storage)) lives[read] = (lives[read].Made, i);
        }

        foreach (Map output in outputs.Select(o => o.Storage)) lives[output] = (lives[output].Made, steps.Count);
        List<(Map Map, int Made, int Read)> placed = [];
        foreach ((Map map, (int made, int read)) in lives.OrderByDescending(l => l.Key.Shape.Texels).ThenBy(l => l.Value.Made))
        {
            IEnumerable<Map> beside = placed.Where(p => p.Made <= read && made <= p.Read).Select(p => p.Map);
            _starts[map] = Gap(map.Shape.Texels, beside);
            placed.Add((map, made, read));
        }

        Texels = placed.Count == 0 ? First : placed.Max(p => checked(_starts[p.Map] + p.Map.Shape.Texels));
        long At(int step) => placed.Where(p => p.Made <= step && step <= p.Read).Sum(p => (long)p.Map.Shape.Texels);
        MostAtOnce = Enumerable.Range(0, steps.Count).Select(At).DefaultIfEmpty().Max();
    }

    /// <summary>Length of the memory in groups of four floats.</summary>
    public int Texels { get; }

    /// <summary>What no plan could be shorter than: the maps that are needed at the same time.</summary>
    public long MostAtOnce { get; }

    /// <summary>Its first texel.</summary>
    public int this[Map map] => _starts[map.Storage];

    private int Gap(int size, IEnumerable<Map> beside)
    {
        int best = -1, bestRoom = int.MaxValue, free = First;
        foreach (Map other in beside.OrderBy(m => _starts[m]))
        {
            int room = _starts[other] - free;
            if (room >= size && room < bestRoom) (best, bestRoom) = (free, room);
            free = Math.Max(free, checked(_starts[other] + other.Shape.Texels));
        }

        return best >= 0 ? best : free;
    }
}
