using RealtimeSeg.Input;
using RealtimeSeg.Network.Device;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>
/// What contexts with and without a window have in common: they may be lost, and are then opened again with all that lives in them.
/// </summary>
public abstract class GlContext : IGlContext
{
    private readonly List<IContextPart> _parts = [];

    public abstract GL Gl { get; }

    public abstract string Kind { get; }

    public abstract (int Width, int Height)? WindowSize { get; }

    public abstract bool CloseRequested { get; }

    public virtual bool IsHidden => false;

    public bool CanTellLoss => Watch.CanTell;

    public bool IsResetting => Watch.IsResetting;

    /// <summary>Of the context that is open now.</summary>
    protected abstract ContextWatch Watch { get; }

    public ContextLoss? Look() => Watch.Look();

    public void Add(IContextPart part)
    {
        if (!_parts.Contains(part)) _parts.Add(part);
    }

    public void Reopen()
    {
        for (int i = _parts.Count - 1; i >= 0; i--) _parts[i].Close();
        Renew();
        foreach (IContextPart part in _parts) part.Open(Gl);
    }

    public abstract void Poll(Action<UserInput> handle);

    public abstract void Resize(int width, int height);

    public virtual void PlaceImage(Func<(int Width, int Height), Placement> place)
    {
        // Without a window nobody clicks.
    }

    public abstract void Swap();

    public abstract void Dispose();

    /// <summary>Closes the context, if one is open, and opens another one, which is current then.</summary>
    /// <exception cref="UserError">None can be opened; it may be tried again.</exception>
    protected abstract void Renew();
}
