using RealtimeSeg.Commands;

namespace RealtimeSeg.Tests.Support;

/// <summary>Runs a command line of the app in this process, for what ends before a frame is shown.</summary>
internal static class InProcess
{
    /// <summary>Exit code and what went to standard error.</summary>
    public static (int Code, string Error) App(params string[] arguments)
    {
        TextWriter before = Console.Error;
        using StringWriter error = new();
        Console.SetError(error);
        try
        {
            return (CommandRunner.Run(AppCommands.Root(), arguments), error.ToString());
        }
        finally
        {
            Console.SetError(before);
        }
    }
}
