using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics.Hud;

/// <summary>Panels over the image, drawn by Skia into textures a few times per second: figures and class legend.</summary>
public sealed class HudOverlay : IDisposable
{
    /// <summary>In a lower image the panels would cover half of it.</summary>
    private const int LeastHeight = 300;

    private readonly ShaderProgram _program;
    private readonly HudPen _pen;
    private readonly HudFigures _figures;
    private readonly HudLegend _legend;

    /// <param name="gl">The context.</param>
    /// <param name="program">Blends a panel over the target; stays the caller's.</param>
    /// <param name="classes">For the legend.</param>
    /// <param name="target">Size of the image that the panels lie on, in pixels; text scales with it.</param>
    public HudOverlay(GL gl, ShaderProgram program, ClassSelection classes, (int Width, int Height) target)
    {
        _program = program;
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

    /// <summary>Blends figures and legend over the target's top left corner.</summary>
    /// <param name="from">What lies there already.</param>
    /// <param name="to">What is to lie there.</param>
    public void Draw(HudDetail from, HudDetail to)
    {
        int margin = (int)(_pen.Row / 2);
        if (from < HudDetail.Figures && to >= HudDetail.Figures) _figures.Draw(_program, margin, margin);
        if (from < HudDetail.Full && to >= HudDetail.Full) _legend.Draw(_program, margin, (2 * margin) + _figures.Height);
    }

    public void Dispose()
    {
        _legend.Dispose();
        _figures.Dispose();
        _pen.Dispose();
    }
}
