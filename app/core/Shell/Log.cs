using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RealtimeSeg.Core.Shell;

/// <summary>How urgent a message is; the first are always told.</summary>
public enum LogLevel
{
    Error,
    Warning,
    Info,
    Debug,
}

/// <summary>How messages look.</summary>
public enum LogFormat
{
    /// <summary>For people: warnings and errors to standard error, the rest to standard output.</summary>
    Plain,

    /// <summary>Each with its time and level, all to standard error.</summary>
    Text,

    /// <summary>A JSON object each, all to standard error.</summary>
    Json,
}

/// <summary>
/// What the program tells while it runs, line by line, without control characters and secrets. Set up once from the command line; may be
/// used from any thread.
/// </summary>
public static class Log
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // it goes to no web page
        Converters = { new FiniteNumbers() },
    };

    /// <summary>The least urgent messages that are told.</summary>
    public static LogLevel Level { get; private set; } = LogLevel.Info;

    public static LogFormat Format { get; private set; }

    /// <summary>Whether tables may be printed on standard output.</summary>
    public static bool TakesTables => Format == LogFormat.Plain && Level >= LogLevel.Info;

    /// <summary>Whether everything is told.</summary>
    public static bool IsVerbose => Level == LogLevel.Debug;

    public static void Configure(LogLevel level, LogFormat format) => (Level, Format) = (level, format);

    /// <summary>Standard output is for data from now on: all that is told goes to standard error.</summary>
    public static void LeaveStandardOutput() => Console.SetOut(Console.Error);

    public static void Error(string message) => Write(LogLevel.Error, message);

    public static void Warning(string message) => Write(LogLevel.Warning, message);

    public static void Info(string message) => Write(LogLevel.Info, message);

    public static void Debug(string message) => Write(LogLevel.Debug, message);

    /// <summary>Tells a line.</summary>
    /// <param name="level">How urgent it is.</param>
    /// <param name="message">For people.</param>
    /// <param name="figures">For programs, beside the message in a JSON log; null for none.</param>
    public static void Write(LogLevel level, string message, object? figures = null)
    {
        if (level > Level) return;
        string text = PlainText.Of(message);
        bool isTrouble = level <= LogLevel.Warning;
        if (Format == LogFormat.Plain)
        {
            (TextWriter to, int? columns) = isTrouble ? (Console.Error, Terminal.ErrorColumns) : (Console.Out, Terminal.Columns);
            foreach (string line in Terminal.Wrapped(isTrouble ? $"{Word(level)}: {text}" : text, columns, indent: 2)) to.WriteLine(line);
            return;
        }

        Console.Error.WriteLine(Format == LogFormat.Text ? $"{Now()} {Word(level)}: {text}" : JsonLine(level, text, figures));
    }

    private static string JsonLine(LogLevel level, string text, object? figures)
    {
        Dictionary<string, object> line = new(StringComparer.Ordinal)
        {
            ["time"] = Now(),
            ["level"] = Word(level),
            ["message"] = text,
        };
        if (figures is not null) line["figures"] = figures;
        return JsonSerializer.Serialize(line, Json);
    }

    private static string Now() => DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Word(LogLevel level) => level.ToString().ToLowerInvariant();
}
