namespace RealtimeSeg.Sources;

/// <summary>Opens what the command line names, and wraps it: reconnecting, repeating, flipping.</summary>
public static class SourceFactory
{
    /// <summary>
    /// A signal to the whole process group may end a program that is just being started before this one has noted it: for so long, a
    /// failure waits for its reason.
    /// </summary>
    private static readonly TimeSpan SignalsLag = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc cref="Open(IReadOnlyList{string}, SourceOptions, WaitHandle)"/>
    public static ISource Open(string uri, SourceOptions options, WaitHandle stop) => Open([uri], options, stop);

    /// <param name="uris">Names that one of <see cref="SourceKinds"/> takes; of several, one is read after the other.</param>
    /// <param name="options">How they are read.</param>
    /// <param name="stop">Set when the run ends: whatever a source waits for then ends, and a source that was being opened is over.</param>
    /// <exception cref="UserError">There is nothing, or nothing readable.</exception>
    public static ISource Open(IReadOnlyList<string> uris, SourceOptions options, WaitHandle stop)
    {
        return OrStopped(uris[0], () => OpenWrapped(uris, options, stop), stop);
    }

    /// <summary>What cannot be opened because the run was stopped is over.</summary>
    private static ISource OrStopped(string uri, Func<ISource> open, WaitHandle stop)
    {
        try
        {
            return open();
        }
        catch (UserError) when (stop.WaitOne(SignalsLag))
        {
            return new StoppedSource(Address.Public(uri));
        }
    }

    private static ISource OpenWrapped(IReadOnlyList<string> uris, SourceOptions options, WaitHandle stop)
    {
        string? live = uris.FirstOrDefault(u => SourceKinds.Of(u).IsLive);
        if (uris.Count > 1 && live is not null) throw new UserError($"{live} never ends: it cannot be one of several inputs");
        CheckLater(uris, options, stop);
        ISource source = live is not null ? new ReconnectingSource(() => SourceKinds.Of(live).Open(live, options, stop), stop)
            : options.Times == 1 ? OpenRecording(uris, options, stop)
            : new RepeatingSource(() => OrStopped(uris[0], () => OpenRecording(uris, options, stop), stop), options.Times);
        return options.Flip is { } flip ? new FlippedSource(source, flip) : source;
    }

    /// <summary>What is read after the first is looked at before the run: a missing file is not to end it in an hour.</summary>
    private static void CheckLater(IReadOnlyList<string> uris, SourceOptions options, WaitHandle stop)
    {
        if (uris.Count == 1 || SourceKinds.ArePictures(uris)) return;
        foreach (string uri in uris.Skip(1).Where(u => u != PipeSource.Uri))
        {
            if (stop.WaitOne(0)) return;
            SourceKinds.Of(uri).Open(uri, options, stop).Dispose();
        }
    }

    private static ISource OpenRecording(IReadOnlyList<string> uris, SourceOptions options, WaitHandle stop)
    {
        ISource OpenOne(string uri) => SourceKinds.Of(uri).Open(uri, options, stop);
        ISource source = uris.Count == 1 ? OpenOne(uris[0])
            : SourceKinds.ArePictures(uris) ? new ImageSource(uris, options)
            : new JoinedSource(uris, uri => OrStopped(uri, () => OpenOne(uri), stop));
        if (options.Start > 0 && !source.Seek(options.Start))
        {
            source.Dispose();
            throw new UserError($"--start {options.Start}: {uris[0]} is shorter than that or cannot seek; choose an earlier start");
        }

        return source;
    }
}
