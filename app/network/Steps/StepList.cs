namespace RealtimeSeg.Network.Steps;

/// <summary>The steps of a network in their order, as they are read from its graph.</summary>
/// <param name="fuses">Whether operators on single elements become part of the step before them.</param>
internal sealed class StepList(bool fuses)
{
    private readonly List<Step> _steps = [];
    private readonly Dictionary<Map, Step> _makers = [];

    public IReadOnlyList<Step> All => _steps;

    /// <summary>Adds a step and returns its map.</summary>
    public Map Add(Step step)
    {
        _steps.Add(step);
        _makers[step.Output] = step;
        return step.Output;
    }

    /// <summary>
    /// Adds an operator on single elements: to the step that made its map if nothing else reads that map, which then moves to the end,
    /// because the second operand may have been made after it.
    /// </summary>
    /// <param name="map">The first operand.</param>
    /// <param name="further">The operator.</param>
    /// <param name="result">A map of the same size.</param>
    /// <param name="isLastReader">Whether nothing else reads the first operand.</param>
    public Map Append(Map map, Pointwise further, Map result, bool isLastReader)
    {
        if (!fuses || !isLastReader || !_makers.TryGetValue(map.Storage, out Step? maker))
        {
            maker = new Step("copy", map.Alike(), map);
            maker.Append(further, result);
            return Add(maker);
        }

        maker.Append(further, result);
        _makers.Remove(map.Storage);
        _steps.Remove(maker);
        return Add(maker);
    }

    /// <summary>Takes out the step that made a map, if it is a kernel's and computes nothing else: its reader will do its work.</summary>
    /// <returns>Whether it was.</returns>
    public bool TakeBack(Map map, string kernel)
    {
        if (!fuses || !_makers.TryGetValue(map.Storage, out Step? maker)) return false;
        if (maker.Kernel != kernel || maker.After.Count > 0) return false;
        _makers.Remove(map.Storage);
        return _steps.Remove(maker);
    }

    /// <summary>Has a map divided by a number where its codes are scaled, if its maker does that last.</summary>
    /// <returns>Whether it does.</returns>
    public bool Divide(Map map, float by) => fuses && _makers.TryGetValue(map.Storage, out Step? maker) && maker.Divide(by);

    /// <summary>Place of the step that made a map; −1 for none.</summary>
    public int PlaceOf(Map map) => _makers.TryGetValue(map.Storage, out Step? maker) ? _steps.IndexOf(maker) : -1;
}
