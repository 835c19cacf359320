using System.CommandLine;
using RealtimeSeg.Commands;

namespace RealtimeSeg.Tests.Support;

/// <summary>A command line as <c>live</c>, <c>replay</c> and <c>bench</c> read it, without running it.</summary>
internal static class ParsedOptions
{
    /// <exception cref="UserError">A value is refused.</exception>
    public static PipelineSettings Read(Mode mode, params string[] arguments)
    {
        PipelineOptions options = new(mode);
        Command command = new(mode.Name);
        options.AddTo(command);
        return options.Read(command.Parse(arguments));
    }
}
