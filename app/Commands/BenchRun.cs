namespace RealtimeSeg.Commands;

/// <summary>One configuration of a bench, and its result.</summary>
/// <param name="Name">What distinguishes the configuration; empty if there is only one.</param>
/// <param name="Result">Its figures.</param>
/// <param name="Stopped">Whether a signal ended it.</param>
internal sealed record BenchRun(string Name, RunResult Result, bool Stopped)
{
    /// <summary>Name in tables and plots.</summary>
    public string Label => Name.Length > 0 ? Name : Result.Model;

    /// <summary>Whether as many frames were measured as were asked for, or until a signal, without a problem.</summary>
    public bool IsComplete => Result.Report.Problems.Count == 0 && (Missing == 0 || Stopped);

    /// <summary>That the figures are of fewer frames than there could be, and why; null if they are not.</summary>
    public string? Shortfall
    {
        get
        {
            (long measured, long asked) = (Result.Stats.Count, Result.Engine.Frames);
            string why = Stopped ? "a signal stopped it" : "the source ended";
            if (Missing > 0) return $"{Label}: {measured} of {asked} frames measured: {why}";
            return Stopped && asked == 0 ? $"{Label}: {measured} frames measured until a signal stopped it" : null;
        }
    }

    /// <summary>Frames that were asked for and not measured.</summary>
    public long Missing => Math.Max(0, Result.Engine.Frames - Result.Stats.Count);
}
