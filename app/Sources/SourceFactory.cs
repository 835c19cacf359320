namespace RealtimeSeg.Sources;

/// <summary>Opens what the command line names, and wraps it: reconnecting, repeating, flipping.</summary>
public static class SourceFactory
{
    /// <summary>
    /// A signal to the whole process group may end a program that is just being started before this one has noted it: for so long, a
    /// failure waits for its reason.
    /// </summary>
    private static readonly TimeSpan SignalsLag = TimeSpan.FromMilliseconds(250);

    /// <param name="uri">A name that one of <see cref="SourceKinds"/> takes.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="stop">Set when the run ends: whatever a source waits for then ends, and a source that was being opened is over.</param>
    /// <exception cref="UserError">There is nothing, or nothing readable.</exception>
    public static ISource Open(string uri, SourceOptions options, WaitHandle stop)
    {
        try
        {
            return OpenWrapped(uri, options, stop);
        }
        catch (UserError) when (stop.WaitOne(SignalsLag))
        {
            return new StoppedSource(Address.Public(uri));
        }
    }

    private static ISource OpenWrapped(string uri, SourceOptions options, WaitHandle stop)
    {
        SourceKind kind = SourceKinds.Of(uri);
        ISource source = kind.IsLive ? new ReconnectingSource(() => kind.Open(uri, options, stop), stop)
            : options.Times == 1 ? OpenRecording(kind, uri, options, stop)
            : new RepeatingSource(() => OpenRecording(kind, uri, options, stop), options.Times);
        return options.Flip is { } flip ? new FlippedSource(source, flip) : source;
    }

    private static ISource OpenRecording(SourceKind kind, string uri, SourceOptions options, WaitHandle stop)
    {
        ISource source = kind.Open(uri, options, stop);
        if (options.Start > 0 && !source.Seek(options.Start))
        {
            source.Dispose();
            throw new UserError($"--start {options.Start}: {uri} is shorter than that or cannot seek; choose an earlier start");
        }

        return source;
    }
}
