using System.Globalization;

namespace RealtimeSeg.Tests.Fuzz;

/// <summary>How to fuzz.</summary>
/// <param name="Folder">Keeps valid files, failing inputs and how far a seed has come.</param>
/// <param name="Seed">Decides all inputs.</param>
/// <param name="Programs">Percent that go through the programs.</param>
/// <param name="Patience">How long an input may take in process.</param>
internal sealed record FuzzSettings(string Folder, int Seed, int Programs, TimeSpan Patience)
{
    /// <summary>How many times longer an input may take through a program, which has to start first.</summary>
    public const int ForPrograms = 6;

    public FuzzWorker Worker { get; } = new(Folder, Seed, Programs);

    /// <summary>What a worker needs to know, as words of its command line.</summary>
    public string[] Arguments => [Folder, Seed.ToString(CultureInfo.InvariantCulture), Programs.ToString(CultureInfo.InvariantCulture)];
}
