using System.Runtime.ExceptionServices;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>All sinks of a run. One that fails (on a full disk, say) is dropped with a message while other sinks remain.</summary>
/// <param name="log">Takes the message.</param>
public sealed class SinkSet(Action<string> log) : IDisposable
{
    private readonly List<ISink> _sinks = [];
    private readonly List<string> _problems = [], _outputs = [];
    private ExceptionDispatchInfo? _failure;

    public int Count => _sinks.Count;

    /// <summary>Sinks that failed while others went on, and what the results of others lack, a line each.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Names of what <see cref="Finish"/> completed, without passwords.</summary>
    public IReadOnlyList<string> Outputs => _outputs;

    /// <summary>Whether any sink besides a hidden window takes images.</summary>
    public bool NeedsImages(bool windowHidden) => !windowHidden || _sinks.Exists(s => s is not WindowSink);

    /// <summary>Whether any of them needs labels in memory.</summary>
    public bool NeedsLabels => _sinks.Exists(s => s.NeedsLabels);

    public void Add(ISink sink) => _sinks.Add(sink);

    /// <exception cref="UserError">The last sink failed.</exception>
    public void Present(Renderer renderer, FrameSlot slot)
    {
        for (int i = _sinks.Count - 1; i >= 0; i--)
        {
            try
            {
                _sinks[i].Present(renderer, slot);
            }
            catch (UserError e)
            {
                Drop(_sinks[i]);
                if (_sinks.Count == 0) throw;
                log($"{e.Message}; continuing without it");
                _problems.Add(e.Message);
            }
        }
    }

    public void Redraw(Renderer renderer) => _sinks.ForEach(s => s.Redraw(renderer));

    /// <summary>Gives the image of the last frame to sinks that let it pass and need it after all; called when no other came.</summary>
    public void CatchUp(Renderer renderer)
    {
        foreach (ISink sink in _sinks)
        {
            if (sink.IsBehind) sink.Redraw(renderer);
        }
    }

    /// <summary>Completes what was written, all at the same time: one that waits for a reader holds up no other.</summary>
    public void Finish()
    {
        ISink[] sinks = [.. _sinks];
        Task<string?>[] ends = [.. sinks.Select(s => Task.Factory.StartNew(
            s.Finish, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        foreach ((ISink sink, Task<string?> end) in sinks.Zip(ends))
        {
            try
            {
                if (end.GetAwaiter().GetResult() is { } output) _outputs.Add(Address.Public(output));
                _problems.AddRange(sink.Problems);
            }
#pragma warning disable CA1031 // The other sinks come first; what is not the world's fault is thrown after them.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Drop(sink);
                if (_sinks.Count == 0 || e is not UserError) _failure ??= ExceptionDispatchInfo.Capture(e);
                else _problems.Add(e.Message);
            }
        }
    }

    /// <summary>Throws what failed in <see cref="Finish"/> if no sink is left.</summary>
    /// <exception cref="UserError">The last sink failed.</exception>
    public void ThrowIfFailed() => _failure?.Throw();

    public void Dispose()
    {
        _sinks.ForEach(s => s.Dispose());
        _sinks.Clear();
    }

    private void Drop(ISink sink)
    {
        _sinks.Remove(sink);
        sink.Dispose();
    }
}
