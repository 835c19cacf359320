using RealtimeSeg.Frames;

namespace RealtimeSeg.Sinks;

/// <summary>A text file, pipe or device that is written a few lines at a time, and has its name when it is complete.</summary>
internal sealed class LineFile : IDisposable
{
    /// <summary>Nanoseconds after which lines are in the file at the latest.</summary>
    private const long FlushPeriod = 1_000_000_000;

    private readonly PartialFile _file;
    private readonly SpecialFile? _special;
    private readonly CancellationToken _overdue;
    private readonly StreamWriter _writer;
    private bool _begun, _closed;
    private long _flushed;

    /// <param name="path">The file, or a pipe or device.</param>
    /// <param name="context">Of the run.</param>
    /// <exception cref="UserError">The file cannot be created, or nobody reads the pipe.</exception>
    public LineFile(string path, SinkContext context)
    {
        _overdue = context.Overdue;
        if (FileIdentity.IsSpecial(path)) _special = SpecialFile.Open(path, context.Stop);
        _file = new PartialFile(path, context.Overwrite);
        _writer = _special is null ? new StreamWriter(_file.TemporaryPath) : new StreamWriter(_special);
    }

    /// <summary>Writes the lines of a frame.</summary>
    /// <param name="slot">The frame.</param>
    /// <param name="write">Writes them.</param>
    /// <exception cref="UserError">They cannot be written.</exception>
    public void Write(FrameSlot slot, Action<TextWriter> write) => Writing(() =>
    {
        _begun = true;
        write(_writer);
        if (slot[Stamp.Composited] - _flushed < FlushPeriod) return;
        _writer.Flush();
        _flushed = slot[Stamp.Composited];
    });

    /// <summary>Completes the file; its name, or null if there are no lines.</summary>
    /// <exception cref="UserError">It cannot be completed.</exception>
    public string? Finish()
    {
        if (!_begun) return null;
        Writing(() =>
        {
            _writer.Flush();
            _special?.Complete(_overdue);
            Close();
        });
        return _file.Complete();
    }

    public void Dispose()
    {
        try
        {
            Close();
        }
        catch (IOException)
        {
            // The disk is full, which was reported when a line did not fit.
        }

        _file.Dispose();
    }

    private void Close()
    {
        if (_closed) return;
        _closed = true;
        _writer.Dispose();
    }

    private void Writing(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e)
        {
            throw _file.Failure(UserError.OneLine(e), e);
        }
    }
}
