using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace RealtimeSeg.Core.Shell;

/// <summary>What nobody expected, as a file that a user can attach to a report: without secrets.</summary>
public static class CrashReport
{
    private const string Hidden = "***";

    /// <summary>Options whose value is a secret.</summary>
    private static readonly string[] Secrets = ["--http-token"];

    /// <summary>The exception within those that only wrap others.</summary>
    public static Exception CauseOf(Exception e)
        => e is AggregateException or TypeInitializationException or TargetInvocationException && e.InnerException is { } inner
            ? CauseOf(inner)
            : e;

    /// <summary>An exception in a few words on one line, without secrets of addresses.</summary>
    public static string Describe(Exception e) => PlainText.Of($"{e.GetType().Name}: {UserError.OneLine(e)}");

    /// <summary>Writes the report; returns a sentence that says where it lies.</summary>
    /// <param name="e">What was thrown.</param>
    /// <param name="args">The command line.</param>
    public static string Save(Exception e, IReadOnlyList<string> args)
    {
        string time = DateTimeOffset.UtcNow.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        string path = Path.Combine(Path.GetTempPath(), $"rtseg-report-{time}-{Environment.ProcessId}.txt");
        try
        {
            AtomicFile.Write(path, System.Text.Encoding.UTF8.GetBytes(Text(e, args)));
            return $"please report it with {path}";
        }
        catch (UserError)
        {
            return $"please report it with this: {Text(e, args).ReplaceLineEndings(" | ")}"; // there is no room for a file
        }
    }

    /// <summary>Which program ran on what, a line each.</summary>
    public static IReadOnlyList<string> Head()
    {
        Assembly program = Assembly.GetEntryAssembly() ?? typeof(CrashReport).Assembly;
        string version = program.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        string system = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";
        return [$"program: {program.GetName().Name} {version}", $"machine: {system}, {Environment.ProcessorCount} cores"];
    }

    /// <summary>The report's text.</summary>
    public static string Text(Exception e, IReadOnlyList<string> args)
    {
        string text = string.Join('\n', [.. Head(), $"command: {string.Join(' ', args)}", "", e.ToString(), ""]);
        foreach (string secret in ValuesOfSecrets(args)) text = text.Replace(secret, Hidden, StringComparison.Ordinal);
        return Address.Public(text);
    }

    private static IEnumerable<string> ValuesOfSecrets(IReadOnlyList<string> args)
    {
        for (int i = 0; i < args.Count; i++)
        {
            string[] sides = args[i].Split((char[])['=', ':'], 2);
            if (!Secrets.Contains(sides[0], StringComparer.Ordinal)) continue;
            string value = sides.Length == 2 ? sides[1] : i + 1 < args.Count ? args[i + 1] : "";
            if (value.Length > 0) yield return value;
        }
    }
}
