using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace RealtimeSeg.Tests.Fuzz;

/// <summary>
/// Tries inputs one after the other and tells on its output what begins and how it ended, so that whoever started it knows the input
/// that ends the process or never ends. An input follows from the seed and its number.
/// </summary>
/// <param name="folder">Of the fuzzing.</param>
/// <param name="seed">Decides all inputs.</param>
/// <param name="percentThroughPrograms">How many of a hundred inputs go through the programs.</param>
internal sealed class FuzzWorker(string folder, int seed, int percentThroughPrograms)
{
    public const string Ready = "ready", Begin = "begin", Passed = "passed", Refused = "refused", Failed = "failed";

    /// <summary>
    /// The file that an input lies in while it is tried. It stays if the input fails or ends the process: then the next one has begun
    /// before anybody looks.
    /// </summary>
    public static string InputFile(string folder, long number)
        => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"input-{number}"));

    /// <summary>The target of an input.</summary>
    public FuzzTarget TargetOf(long number)
    {
        long hundreds = number / 100, rest = number % 100, programs = percentThroughPrograms;
        return rest < programs
            ? FuzzPrograms.All[(int)(((hundreds * programs) + rest) % FuzzPrograms.All.Count)]
            : FuzzTargets.InProcess[(int)(((hundreds * (100 - programs)) + rest - programs) % FuzzTargets.InProcess.Count)];
    }

    /// <summary>Tries the inputs with these numbers.</summary>
    public void Run(long from, long to)
    {
        // Unlike the console, a file tells that nobody reads any more: a worker whose run was killed ends after its input.
        using StreamWriter log = new(new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write)) { AutoFlush = true };
        Console.SetOut(TextWriter.Null); // the programs' own words
        using FuzzWorld world = new(Path.Combine(folder, "seeds"));
        foreach (string name in FuzzWorld.Names) world.Seed(name);
        log.WriteLine(Ready);
        for (long number = from; number < to; number++)
        {
            FuzzTarget target = TargetOf(number);
            log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Begin} {number}"));
            byte[] input = target.Make(world, new Random(unchecked((int)((seed * 1_000_003L) + number))));
            File.WriteAllBytes(InputFile(folder, number), input);
            string outcome = Try(target, world, input);
            if (!outcome.StartsWith(Failed, StringComparison.Ordinal)) File.Delete(InputFile(folder, number));
            log.WriteLine(outcome);
        }
    }

    /// <summary>Tries one input; says on one line how it went.</summary>
    public static string Try(FuzzTarget target, FuzzWorld world, byte[] input)
    {
        try
        {
            target.Use(world, input);
            return Passed;
        }
        catch (UserError e)
        {
            bool isLong = e.Message.Contains('\n', StringComparison.Ordinal);
            return isLong ? $"{Failed} a message of several lines: {OneLine(e.Message)}" : Refused;
        }
#pragma warning disable CA1031 // Any other exception is what is looked for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return $"{Failed} {OneLine(e is FuzzFailure ? e.Message : e.ToString())}";
        }
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" | ");
}
