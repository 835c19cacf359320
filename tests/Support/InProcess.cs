using System.CommandLine;
using RealtimeSeg.Commands;
using RealtimeSeg.Training.Commands;

namespace RealtimeSeg.Tests.Support;

/// <summary>Runs a command line of a program in this process, for what ends before a frame is shown.</summary>
internal static class InProcess
{
    /// <summary>Exit code and what went to standard error.</summary>
    public static (int Code, string Error) App(params string[] arguments) => Run(AppCommands.Root(), arguments);

    /// <summary>Exit code and all that was printed.</summary>
    public static (int Code, string Text) AppText(params string[] arguments)
    {
        TextWriter before = Console.Out;
        using StringWriter text = new();
        Console.SetOut(text);
        try
        {
            (int code, string error) = App(arguments);
            return (code, text + error);
        }
        finally
        {
            Console.SetOut(before);
        }
    }

    /// <summary>Of the trainer, exit code and what went to standard error.</summary>
    public static (int Code, string Error) Trainer(params string[] arguments) => Run(TrainerCommands.Root(), arguments);

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

    private static (int Code, string Error) Run(RootCommand program, string[] arguments)
    {
        int code = 0;
        string error = Errors(() => code = CommandRunner.Run(program, arguments));
        return (code, error);
    }
}
