using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>All sinks of a run. One that fails (a full disk, say) ends alone, with a line, as long as another is left.</summary>
public sealed class SinkSet(Action<string> say) : IDisposable
{
    private readonly List<ISink> _sinks = [];

    public int Count => _sinks.Count;

    /// <summary>Whether anyone looks who is not a hidden window.</summary>
    public bool NeedsPictures(bool windowHidden) => !windowHidden || _sinks.Exists(s => s is not WindowSink);

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
                say($"{e.Message}; going on without it");
                _sinks[i].Dispose();
                _sinks.RemoveAt(i);
            }
        }
    }

    public void Redraw(Renderer renderer) => _sinks.ForEach(s => s.Redraw(renderer));

    /// <summary>Completes what was written; returns the names.</summary>
    public IReadOnlyList<string> Finish() => [.. _sinks.Select(s => s.Finish()).OfType<string>()];

    public void Dispose() => _sinks.ForEach(s => s.Dispose());
}
