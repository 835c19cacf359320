namespace RealtimeSeg.Tests.Fuzz;

/// <summary>Something that takes input from outside.</summary>
/// <param name="Name">In reports and names of folders.</param>
/// <param name="Make">An input.</param>
/// <param name="Use">
/// Gives it to the program. A <see cref="UserError"/> of one line is a right answer; any other exception is a failure.
/// </param>
internal sealed record FuzzTarget(string Name, Func<FuzzWorld, Random, byte[]> Make, Action<FuzzWorld, byte[]> Use)
{
    /// <summary>A target that gets damaged copies of one valid file.</summary>
    public static FuzzTarget Of(string name, string seed, Action<FuzzWorld, byte[]> use, string? spliced = null)
        => new(name, (w, r) => Mutator.Damage(w.Seed(seed), w.Seed(spliced ?? seed), r), use);
}

/// <summary>A failure that no exception of the program shows: an exit code, a file in the wrong place, an answer.</summary>
internal sealed class FuzzFailure(string message) : Exception(message);
