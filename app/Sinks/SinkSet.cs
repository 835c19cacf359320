using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>All sinks of a run. One that fails (on a full disk, say) is dropped with a message while other sinks remain.</summary>
/// <param name="log">Takes the message.</param>
public sealed class SinkSet(Action<string> log) : IDisposable
{
    private readonly List<ISink> _sinks = [];

    public int Count => _sinks.Count;

    /// <summary>Whether any sink besides a hidden window takes images.</summary>
    public bool NeedsImages(bool windowHidden) => !windowHidden || _sinks.Exists(s => s is not WindowSink);

    public void Add(ISink sink) => _sinks.Add(sink);

    public void Present(Renderer renderer, FrameSlot slot)
    {
        for (int i = _sinks.Count - 1; i >= 0; i--)
        {
            try
            {
                _sinks[i].Present(renderer, slot);
            }
            catch (UserError e) when (_sinks.Count > 1)
            {
                log($"{e.Message}; continuing without it");
                _sinks[i].Dispose();
                _sinks.RemoveAt(i);
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

    /// <summary>Completes what was written; returns the names.</summary>
    public IReadOnlyList<string> Finish() => [.. _sinks.Select(s => s.Finish()).OfType<string>()];

    public void Dispose() => _sinks.ForEach(s => s.Dispose());
}
