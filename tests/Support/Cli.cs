using System.Diagnostics;

namespace RealtimeSeg.Tests.Support;

/// <summary>Runs the programs as a user does, and keeps what they said.</summary>
internal static class Cli
{
    /// <summary>Exit code and output of <c>run.sh</c> with these arguments, from the repository or another checkout.</summary>
    public static (int Code, string Out, string Error) Run(string root, params string[] arguments)
    {
        ProcessStartInfo start = new("bash") { WorkingDirectory = root, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add("./run.sh");
        foreach (string a in arguments) start.ArgumentList.Add(a);
        return Run(start);
    }

    /// <summary>A program's exit code and output; null when it is not installed.</summary>
    public static (int Code, string Out, string Error)? Try(string program, params string[] arguments)
    {
        try
        {
            return Run(new ProcessStartInfo(program, arguments) { WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static (int Code, string Out, string Error) Run(ProcessStartInfo start)
    {
        // The test runner's own build settings must not reach a build that a test starts.
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || k.StartsWith("VSTEST", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
