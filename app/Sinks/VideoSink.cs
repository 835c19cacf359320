using System.Collections.Concurrent;
using System.Globalization;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>
/// A video file, a network stream or a loopback camera, by the ffmpeg program. Frames keep the times that they have in the source. A
/// file may go on in another one from time to time.
/// </summary>
public sealed class VideoSink : ISink
{
    private const double SecondsPerMinute = 60;
    private readonly string _name;
    private readonly VideoTarget _target;
    private readonly SinkContext _context;
    private readonly VideoTime _time;
    private readonly List<Task<string>> _ended = [];
    private readonly ConcurrentQueue<string> _problems = new();
    private readonly FrameFitter _fitter = new();
    private Recording? _recording;
    private (int Width, int Height) _size;
    private double _began;
    private long _number;

    /// <param name="name">A name that <see cref="VideoTarget"/> takes, with places for time and number where files follow another.</param>
    /// <param name="context">Of the run.</param>
    public VideoSink(string name, SinkContext context)
    {
        (_name, _target) = (name, VideoTarget.Of(name));
        _context = context with { Video = HardwareEncoder.OrUsual(name, _target, context.Video) };
        _time = new VideoTime(1 / context.FramesPerSecond);
        if (!context.Overwrite) _number = NumberedName.Existing(name).Select(f => f.Number + 1).DefaultIfEmpty(0).Max();
    }

    /// <summary>Frames that a slow receiver did not get.</summary>
    internal long LeftOut => _recording?.LeftOut ?? 0;

    public IReadOnlyList<string> Problems => [.. _problems];

    public void Present(Renderer renderer, FrameSlot slot)
    {
        ReadOnlySpan<byte> pixels = renderer.Pixels();
        double time = _time.Next(slot.Seconds, slot.Jumped);
        if (_context.Video.SplitMinutes * SecondsPerMinute <= time - _began && _target.IsFile) EndFile();
        (int, int) size = (renderer.Target!.Width, renderer.Target.Height);
        if (_recording is null)
        {
            _recording = new Recording(NextName(), _target, _context, _size = size, slot.Seconds);
            _began = time;
        }

        _recording.Write(_fitter.Fit(pixels, size, _size), time - _began);
    }

    public string? Finish()
    {
        if (_recording is null && _ended.Count == 0) return null;
        EndFile();
        string[] names = [.. _ended.Select(e => e.GetAwaiter().GetResult())];
        return names.Length == 1 ? names[0] : string.Create(CultureInfo.InvariantCulture, $"{_name} ({names.Length} files)");
    }

    public void Dispose()
    {
        Task.WhenAll(_ended).ContinueWith(_ => { }, TaskScheduler.Default).Wait(); // Finish reports those that failed
        _recording?.Dispose();
        _fitter.Dispose();
    }

    /// <summary>Completes the file beside the run, which goes on in the next one.</summary>
    private void EndFile()
    {
        if (_recording is not { } done) return;
        _recording = null;
        _ended.Add(Task.Run(() =>
        {
            using (done)
            {
                string name = done.Complete();
                if (done.Problem is { } problem) _problems.Enqueue(problem);
                return name;
            }
        }));
    }

    private string NextName()
    {
        if (!_target.IsFile) return _name;
        string name = OutputName.At(_name, DateTimeOffset.UtcNow.ToLocalTime());
        return NumberedName.Matches(name) ? NumberedName.At(name, _number++) : name;
    }
}
