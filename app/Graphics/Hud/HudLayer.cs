using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics.Hud;

/// <summary>
/// What of the panels lies over the finished image. They are laid one over the other, so that outputs with fewer of them take the image
/// before those with more.
/// </summary>
/// <param name="gl">The context.</param>
/// <param name="blend">Blends a panel over the target; stays the caller's.</param>
internal sealed class HudLayer(GL gl, ShaderProgram blend) : IDisposable
{
    /// <summary>The panels' text is updated at 10 Hz, as fast as it can be read. In nanoseconds.</summary>
    private const long Period = 100_000_000;

    private HudOverlay? _overlay;
    private HudDetail _lies;
    private Func<HudText>? _text;
    private long _now, _updated;
    private bool _fresh;

    /// <summary>Panels for other classes or an image of another size; null for none until there is one.</summary>
    public void Fit(ClassSelection classes, RenderTarget? target)
    {
        _overlay?.Dispose();
        _overlay = target is null ? null : new HudOverlay(gl, blend, classes, (target.Width, target.Height));
        _updated = 0;
    }

    /// <summary>The image was drawn again: nothing lies over it.</summary>
    /// <param name="text">For the figures; called only if their text is drawn again.</param>
    /// <param name="now">Nanoseconds, to pace the text.</param>
    /// <param name="fresh">Draw the text again at any time.</param>
    public void Begin(Func<HudText> text, long now, bool fresh) => (_lies, _text, _now, _fresh) = (HudDetail.None, text, now, fresh);

    /// <summary>Whether more is wanted than lies there.</summary>
    public bool Lacks(HudDetail wanted) => wanted > _lies && _overlay is not null && _text is not null;

    /// <summary>Whether the text is to be drawn again before more panels are laid.</summary>
    public bool IsStale => _fresh || _updated == 0 || _now - _updated >= Period;

    /// <summary>Draws the text again if it is time to.</summary>
    /// <param name="shares">Share of the image's pixels in whole percent, by label.</param>
    public void Update(ReadOnlySpan<byte> shares)
    {
        if (!IsStale) return;
        _overlay!.Update(_text!(), shares);
        (_updated, _fresh) = (_now, false);
    }

    /// <summary>Lays what is missing over the bound target.</summary>
    public void Lay(HudDetail wanted)
    {
        _overlay!.Draw(_lies, wanted);
        _lies = wanted;
    }

    public void Dispose() => _overlay?.Dispose();
}
