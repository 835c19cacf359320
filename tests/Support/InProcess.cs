using RealtimeSeg.Commands;

namespace RealtimeSeg.Tests.Support;

/// <summary>Runs a command line of the app in this process, for what ends before a frame is shown.</summary>
internal static class InProcess
{
    /// <summary>Exit code and what went to standard error.</summary>
    public static (int Code, string Error) App(params string[] arguments)
    {
        int code = 0;
        string error = Errors(() => code = CommandRunner.Run(AppCommands.Root(), arguments));
        return (code, error);
    }

    /// <summary>What goes to standard error meanwhile.</summary>
    public static string Errors(Action work)
    {
        TextWriter before = Console.Error;
        using StringWriter error = new();
        Console.SetError(error);
        try
        {
            work();
        }
        finally
        {
            Console.SetError(before);
        }

        return error.ToString();
    }
}
