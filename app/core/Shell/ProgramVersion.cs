using System.CommandLine;
using System.CommandLine.Invocation;

namespace RealtimeSeg.Core.Shell;

/// <summary>What <c>--version</c> prints: the program, its version and its commit, in one line.</summary>
public sealed class ProgramVersion : SynchronousCommandLineAction
{
    private readonly string _program;

    private ProgramVersion(string program) => _program = program;

    /// <summary>Has a program's <c>--version</c> print it.</summary>
    public static void Use(RootCommand root, string program)
        => root.Options.OfType<VersionOption>().Single().Action = new ProgramVersion(program);

    public override int Invoke(ParseResult parseResult)
    {
        string commit = BuildInfo.Commit();
        string built = commit.Length > 0 ? $" ({commit})" : "";
        parseResult.InvocationConfiguration.Output.WriteLine($"{_program} {BuildInfo.Version}{built}");
        return 0;
    }
}
