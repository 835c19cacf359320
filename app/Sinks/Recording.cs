using System.Globalization;

namespace RealtimeSeg.Sinks;

/// <summary>
/// One video from its first frame to its last. A file is written in fragments under a temporary name, so that it plays at any moment,
/// and is put in the usual order when it is complete; a stream or device gets frames as fast as it takes them.
/// </summary>
internal sealed class Recording : IDisposable
{
    private const long HeaderBytes = 1024;

    /// <summary>How long an encoder of a file may take for a few frames.</summary>
    private static readonly TimeSpan FilePatience = TimeSpan.FromSeconds(30);

    /// <summary>How long a recording, which can wait, is held up by a receiver before its frames are left out.</summary>
    private static readonly TimeSpan StreamPatience = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a stream's encoder has for its last frames.</summary>
    private static readonly TimeSpan StreamEnd = TimeSpan.FromSeconds(2);

    private readonly string _name;
    private readonly VideoTarget _target;
    private readonly SinkContext _context;
    private readonly PartialFile? _file;
    private readonly FfmpegEncoder _encoder;
    private readonly double _soundFrom;
    private double _lastTime, _lastPeriod;
    private bool _isSlow;

    /// <param name="name">A name that <paramref name="target"/> is of.</param>
    /// <param name="target">What it stands for.</param>
    /// <param name="context">Of the run.</param>
    /// <param name="size">Of every frame, in pixels.</param>
    /// <param name="firstSeconds">The first frame's time in the source, where sound begins.</param>
    /// <exception cref="UserError">ffmpeg is not installed, or the file cannot be created.</exception>
    public Recording(string name, VideoTarget target, SinkContext context, (int Width, int Height) size, double firstSeconds)
    {
        (_name, _target, _context, _soundFrom) = (name, target, context, firstSeconds);
        _lastPeriod = 1 / context.FramesPerSecond;
        _file = target.IsFile ? new PartialFile(name, context.Overwrite, HeaderBytes) : null;
        try
        {
            string[] sound = context.Video.SoundFrom is { } file && !target.IsFile
                ? [.. Sound(file), "-c:a", "copy", "-shortest"]
                : ["-an"];
            string[] arguments = [.. sound, .. target.Encoding(context.Video, size, context.FramesPerSecond, context.IsLive), To(name)];
            _encoder = new FfmpegEncoder(name, arguments, size, context.FramesPerSecond, target.IsFile);
        }
        catch
        {
            _file?.Dispose();
            throw;
        }
    }

    /// <summary>Frames that a slow receiver did not get.</summary>
    public long LeftOut { get; private set; }

    /// <summary>Appends a frame.</summary>
    /// <param name="rgba">Of every frame's size, top row first.</param>
    /// <param name="seconds">From the first frame.</param>
    /// <exception cref="UserError">The encoder failed.</exception>
    public void Write(ReadOnlySpan<byte> rgba, double seconds)
    {
        TimeSpan patience = _target.IsFile ? FilePatience : _isSlow || _context.IsLive ? TimeSpan.Zero : StreamPatience;
        if (_encoder.TryWrite(rgba, seconds, patience, _context.Stop))
        {
            _isSlow = false;
            if (seconds > _lastTime) (_lastTime, _lastPeriod) = (seconds, seconds - _lastTime);
            return;
        }

        if (_encoder.IsBroken) throw Failed(_encoder.Reason());
        if (_target.IsFile && !_context.Stop.IsCancellationRequested) throw Failed("ffmpeg takes no more frames");
        _isSlow = true;
        LeftOut++;
    }

    /// <summary>What the complete video lacks; null for nothing.</summary>
    public string? Problem { get; private set; }

    /// <summary>Ends the video; returns its name and what is to be said about it.</summary>
    /// <exception cref="UserError">The encoder failed, or did not finish in time.</exception>
    public string Complete()
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(_context.Overdue);
        if (!_target.IsFile) deadline.CancelAfter(StreamEnd);
        bool complete = _encoder.Finish(RepeatAt(), deadline.Token);
        string? why = complete ? null
            : !deadline.IsCancellationRequested ? _encoder.Reason()
            : _target.IsFile ? "ffmpeg did not finish in time"
            : string.Create(CultureInfo.InvariantCulture, $"the receiver takes no frames; {LeftOut} were left out");
        _encoder.Dispose();
        if (why is not null) throw Failed(why);
        if (_file is null) return LeftOut == 0 ? _name : Text($"{_name} ({LeftOut} frames left out: the receiver is slow)");
        string? lack = PutInOrder(_file.TemporaryPath), named = _file.Complete();
        if (lack is not null) Problem = $"{named} {lack}";
        return named;
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _file?.Dispose();
    }

    /// <summary>
    /// When to repeat the last frame: ffmpeg gives it the usual period, although the frame of a slow or varying source is seen for longer.
    /// </summary>
    private double? RepeatAt()
    {
        double usual = 1 / _context.FramesPerSecond, missing = _lastPeriod - usual;
        return _target.IsFile && missing > usual / 2 ? _lastTime + missing : null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>ffmpeg's options for a second input, whose sound is copied from where the first frame is in the source.</summary>
    private string[] Sound(string file)
        => ["-ss", Text($"{_soundFrom:F6}"), "-i", Ffmpeg.FileName(file), "-map", "0:v", "-map", "1:a?", "-copypriorss", "0"];

    /// <summary>
    /// Puts a fragmented file in the usual order, its index first, and adds the sound. If that fails, the file stays as it is, which
    /// plays too; returns what it lacks then.
    /// </summary>
    private string? PutInOrder(string file)
    {
        string? sound = _context.Video.SoundFrom;
        if ((sound is null && !_target.IsFragmented) || FileIdentity.IsSpecial(file)) return null;
        string[] added = sound is null ? [] : [.. Sound(sound), "-t", Text($"{_lastTime + _lastPeriod:F6}")];
        if (OrderedCopy.Replace(file, _name, [.. added, .. _target.Copying()], _context.Overdue) is not { } why) return null;
        if (sound is not null) return $"is without sound: {why}";
        // A signal leaves little time: that what was recorded until then plays is all that is promised.
        return _context.Overdue.IsCancellationRequested ? null : $"plays, but its index is not at its beginning: {why}";
    }

    /// <summary>Where ffmpeg writes.</summary>
    private string To(string name) => _file is null ? name : Ffmpeg.FileName(_file.TemporaryPath);

    private UserError Failed(string why)
    {
        _encoder.Dispose(); // so that the file is closed and its size is known
        return _file?.Failure(why) ?? UserError.CannotWrite(_name, why);
    }
}
