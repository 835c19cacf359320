using Row = RealtimeSeg.Core.Shell.OptionRows<RealtimeSeg.Commands.LogOptions>;

namespace RealtimeSeg.Commands;

/// <summary>The options of what is told, and how. Read before all others, whose errors are told as well.</summary>
internal sealed record LogOptions
{
    public bool Quiet { get; init; }

    public bool Verbose { get; init; }

    public LogFormat Format { get; init; }

    private static readonly (string, LogFormat)[] Formats =
        [("plain", LogFormat.Plain), ("text", LogFormat.Text), ("json", LogFormat.Json)];

    /// <summary>In the order of <c>--help</c>.</summary>
    public static IReadOnlyList<OptionRow<LogOptions>> Rows { get; } =
    [
        Row.Flag("--quiet", "Tell warnings and errors only", s => s with { Quiet = true }),
        Row.Flag("--verbose", "Tell more: every output, the network's sizes, and the figures of images, too",
            s => s with { Verbose = true }),
        Row.Word("--log-format", "How messages look: plain; text (time and level before each) or json (an object each), both to standard "
            + "error; reconnections, dropped frames and changes of the model are among them",
            Formats, s => s.Format, (s, v) => s with { Format = v }),
    ];

    /// <exception cref="UserError">They do not go together.</exception>
    public void Apply()
    {
        if (Quiet && Verbose) throw new UserError("--quiet and --verbose: choose one");
        Log.Configure(Quiet ? LogLevel.Warning : Verbose ? LogLevel.Debug : LogLevel.Info, Format);
    }
}
