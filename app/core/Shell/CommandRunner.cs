using System.CommandLine;

namespace RealtimeSeg.Core.Shell;

/// <summary>
/// Runs a command line; whatever the user can fix ends in one line on standard error and exit code 2, anything else in one line with the
/// name of a file to attach to a report and exit code 3.
/// </summary>
public static class CommandRunner
{
    public const int UserErrorCode = 2;

    /// <summary>The command ran, but something was skipped or cut short.</summary>
    public const int IncompleteCode = 1;

    /// <summary>Something failed that the program did not expect.</summary>
    public const int UnexpectedCode = 3;

    public static int Run(RootCommand root, string[] args)
    {
        using LenientConsole console = new();
        Log.Configure(LogLevel.Info, LogFormat.Plain);
        int code = InvokeGuarded(root, args);
        if (console.Failure is not { } failure) return code;
        Log.Warning($"not all could be printed ({UserError.OneLine(failure)})");
        return code == 0 ? IncompleteCode : code;
    }

    private static int InvokeGuarded(RootCommand root, string[] args)
    {
        try
        {
            foreach (string argument in args) Address.Keep(argument);
            return Invoke(root, args);
        }
#pragma warning disable CA1031 // What nobody expected ends here, in one line.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Exception cause = CrashReport.CauseOf(e);
            if (cause is UserError) return Fail(cause.Message);
            Log.Error($"{CrashReport.Describe(cause)}; {CrashReport.Save(e, args)}");
            return UnexpectedCode;
        }
    }

    private static int Invoke(RootCommand root, string[] args)
    {
        bool asksForCommand = args is ["--help" or "-h", { } verb] && root.Subcommands.Any(c => c.Name == verb);
        ParseResult parsed = root.Parse(asksForCommand ? [args[1], args[0]] : args);
        if (CommandLineFault.Of(parsed) is { } fault) return Fail(fault);
        return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }

    private static int Fail(string message)
    {
        Log.Error(message);
        return UserErrorCode;
    }
}
