using System.Runtime.ExceptionServices;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Graphics.Hud;

namespace RealtimeSeg.Sinks;

/// <summary>All sinks of a run. One that fails (on a full disk, say) is dropped with a message while other sinks remain.</summary>
/// <param name="log">Takes the message.</param>
public sealed class SinkSet(Action<string> log) : IDisposable
{
    private readonly List<ISink> _sinks = [];
    private readonly Dictionary<ISink, Func<Renderer, HudDetail>> _huds = [];
    private readonly List<string> _problems = [], _outputs = [];

    /// <summary>Those that have the frame that is being given: if the context is lost then, the others get it in the next one.</summary>
    private readonly HashSet<ISink> _given = [];

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

    /// <summary>Whether one of them let the image of the last frame pass and needs it after all.</summary>
    public bool AreBehind => _sinks.Exists(s => s.IsBehind);

    /// <param name="sink">A sink.</param>
    /// <param name="hud">What lies over its images; null for what lies over the window's, which a key changes.</param>
    public void Add(ISink sink, Func<Renderer, HudDetail>? hud = null)
    {
        _sinks.Add(sink);
        _huds[sink] = hud ?? (static renderer => renderer.Hud);
    }

    /// <summary>What lies over the images of all sinks.</summary>
    public HudDetail LeastHud(Renderer renderer)
    {
        HudDetail least = HudDetail.Full;
        foreach (ISink sink in _sinks) least = (HudDetail)Math.Min((int)least, (int)_huds[sink](renderer));
        return least;
    }

    /// <summary>Gives a frame to all of them, to each once, even if it is called again because the context was lost.</summary>
    /// <exception cref="UserError">The last sink failed.</exception>
    public void Present(Renderer renderer, FrameSlot slot)
    {
        InTurn(renderer, sink =>
        {
            if (!_given.Contains(sink)) Give(sink, renderer, slot);
        });
        _given.Clear();
    }

    public void Redraw(Renderer renderer) => InTurn(renderer, sink => sink.Redraw(renderer));

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

    /// <summary>Panels are laid over the image one after the other: sinks with fewer of them take it first.</summary>
    private void InTurn(Renderer renderer, Action<ISink> take)
    {
        for (HudDetail hud = HudDetail.None; hud <= HudDetail.Full; hud++)
        {
            for (int i = _sinks.Count - 1; i >= 0; i--)
            {
                if (_huds[_sinks[i]](renderer) != hud) continue;
                renderer.Cover(hud);
                take(_sinks[i]);
            }
        }
    }

    private void Give(ISink sink, Renderer renderer, FrameSlot slot)
    {
        try
        {
            sink.Present(renderer, slot);
            _given.Add(sink);
        }
        catch (UserError e)
        {
            Drop(sink);
            if (_sinks.Count == 0) throw;
            log($"{e.Message}; continuing without it");
            _problems.Add(e.Message);
        }
    }

    private void Drop(ISink sink)
    {
        _huds.Remove(sink);
        _sinks.Remove(sink);
        sink.Dispose();
    }
}
