namespace RealtimeSeg.Network.Device;

/// <summary>
/// Tells a user why nothing is to be seen while a driver compiles shaders, and how far it is; nothing if it is quick. A single shader can
/// take long, too, so that a timer tells, on a thread of its own.
/// </summary>
internal sealed class CompileNotice : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Action<string>? _tell;
    private readonly string _what;
    private readonly int _count;
    private readonly Timer? _timer;
    private int _done;
    private bool _ended;

    /// <param name="tell">Receives the lines; null for nobody.</param>
    /// <param name="what">What the driver does.</param>
    /// <param name="count">Shaders in all.</param>
    /// <param name="patience">For which a user waits without a word; 0 for a line at once.</param>
    /// <param name="period">From a line to the next; 0 for one line.</param>
    public CompileNotice(Action<string>? tell, string what, int count, TimeSpan patience, TimeSpan period)
    {
        (_tell, _what, _count) = (tell, what, count);
        if (tell is null) return;
        if (patience == TimeSpan.Zero) Tell();
        if (patience + period > TimeSpan.Zero) _timer = new Timer(_ => Tell(), null, patience > TimeSpan.Zero ? patience : period, period);
    }

    /// <summary>A shader is done.</summary>
    public void Step() => Interlocked.Increment(ref _done);

    /// <summary>Nothing is told from now on.</summary>
    public void Dispose()
    {
        lock (_lock) _ended = true;
        _timer?.Dispose();
    }

    private void Tell()
    {
        lock (_lock)
        {
            if (_ended || _done >= _count) return;
            _tell!($"provider gl: {_what}, number {_done + 1} of {_count}; most drivers keep what they compiled");
        }
    }
}
