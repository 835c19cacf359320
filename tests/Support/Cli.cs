using System.Diagnostics;

namespace RealtimeSeg.Tests.Support;

/// <summary>Runs the programs as a user does, and keeps their output.</summary>
internal static class Cli
{
    /// <summary>Exit code and output of <c>run.sh</c> with these arguments, from the repository or another checkout.</summary>
    public static (int Code, string Out, string Error) Run(string root, params string[] arguments)
        => Run(Start("bash", root, ["./run.sh", .. arguments]));

    /// <summary>The same from a folder elsewhere, without a display.</summary>
    public static (int Code, string Out, string Error) RunIn(string folder, params string[] arguments)
        => Run(WithoutDisplay(Start("bash", folder, [Path.Combine(Repository.Root, "run.sh"), .. arguments])));

    /// <summary>The same on a machine without a display.</summary>
    public static (int Code, string Out, string Error) RunWithoutDisplay(string root, params string[] arguments)
        => Run(WithoutDisplay(Start("bash", root, ["./run.sh", .. arguments])));

    /// <summary>The same in the repository with other variables in the environment; null for none of that name.</summary>
    public static (int Code, string Out, string Error) RunWith(IReadOnlyDictionary<string, string?> variables, params string[] arguments)
    {
        ProcessStartInfo start = WithoutDisplay(Start("bash", Repository.Root, ["./run.sh", .. arguments]));
        foreach ((string name, string? value) in variables) start.Environment[name] = value;
        return Run(start);
    }

    /// <summary>A program's exit code and output; null when it is not installed.</summary>
    public static (int Code, string Out, string Error)? Try(string program, params string[] arguments)
    {
        try
        {
            return Run(Start(program, Repository.Root, arguments));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>A program run by a user without rights, if this one has all; null when that is not possible.</summary>
    public static (int Code, string Out, string Error)? TryWithoutRights(params string[] command)
    {
        const string Nobody = "65534";
        return Environment.UserName == "root"
            ? Try("setpriv", ["--reuid", Nobody, "--clear-groups", .. command])
            : Try(command[0], command[1..]);
    }

    private static ProcessStartInfo WithoutDisplay(ProcessStartInfo start)
    {
        start.Environment.Remove("DISPLAY");
        start.Environment.Remove("WAYLAND_DISPLAY");
        return start;
    }

    private static ProcessStartInfo Start(string program, string folder, string[] arguments) => new(program, arguments)
    {
        WorkingDirectory = folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
    };

    private static (int Code, string Out, string Error) Run(ProcessStartInfo start)
    {
        // The test runner's own build settings must not reach a build that a test starts.
        foreach (string name in start.Environment.Keys.Where(IsRunners).ToArray()) start.Environment.Remove(name);
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private static bool IsRunners(string variable) => variable.ToUpperInvariant() is { } name
        && (name.StartsWith("MSBUILD", StringComparison.Ordinal) || name.StartsWith("VSTEST", StringComparison.Ordinal));
}
