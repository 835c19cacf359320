using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics.Hud;

/// <summary>Panels over the image, drawn by Skia into textures a few times per second: figures, class legend, keys.</summary>
public sealed class HudOverlay : IDisposable
{
    /// <summary>In a lower image the panels would cover half of it.</summary>
    private const int LeastHeight = 300;

    private readonly GL _gl;
    private readonly ShaderProgram _program;
    private readonly (int Width, int Height) _target;
    private readonly HudPen _pen;
    private readonly HudFigures _figures;
    private readonly HudLegend _legend;
    private HudKeys? _keys;

    /// <param name="gl">The context.</param>
    /// <param name="program">Blends a panel over the target; stays the caller's.</param>
    /// <param name="classes">For the legend.</param>
    /// <param name="target">Size of the image that the panels lie on, in pixels; text scales with it.</param>
    public HudOverlay(GL gl, ShaderProgram program, ClassSelection classes, (int Width, int Height) target)
    {
        (_gl, _program, _target) = (gl, program, target);
        _pen = new HudPen(HudPen.SizeFor(target.Height));
        _figures = new HudFigures(gl, _pen, target.Height < LeastHeight);
        int room = (int)((target.Height - (3 * _pen.Row)) / _pen.Row) - _figures.Rows;
        _legend = new HudLegend(gl, _pen, classes, room);
    }

    /// <summary>Draws the figures and the legend's shares again.</summary>
    /// <param name="text">For the figures.</param>
    /// <param name="shares">Share of the image's pixels in whole percent, by label.</param>
    public void Update(HudText text, ReadOnlySpan<byte> shares)
    {
        _figures.Update(text);
        _legend.Update(shares);
    }

    /// <summary>Blends figures and legend over the target's top left corner; keys go over its middle, instead of the legend.</summary>
    public void Draw(HudDetail detail, bool help)
    {
        int margin = (int)(_pen.Row / 2);
        if (detail != HudDetail.None) _figures.Draw(_program, margin, margin);
        if (detail == HudDetail.Full && !help) _legend.Draw(_program, margin, (2 * margin) + _figures.Height);
        if (help) (_keys ??= new HudKeys(_gl, _pen.Size, _target)).Draw(_program);
    }

    public void Dispose()
    {
        _keys?.Dispose();
        _legend.Dispose();
        _figures.Dispose();
        _pen.Dispose();
    }
}
