using Silk.NET.OpenGL;
using SkiaSharp;

namespace RealtimeSeg.Graphics.Hud;

/// <summary>The panel of foreground classes, each with its colour and its share of the image.</summary>
internal sealed class HudLegend : IDisposable
{
    private readonly HudPen _pen;
    private readonly ClassSelection _classes;
    private readonly int _rows;
    private readonly HudPanel _panel;

    /// <summary>"0 %" to "100 %", laid out once: as strings, ten times per second, they would be the loop's largest allocation.</summary>
    private readonly SKTextBlob[] _percent;
    private readonly float[] _percentWidths;

    /// <param name="gl">The context.</param>
    /// <param name="pen">Font and spacing.</param>
    /// <param name="classes">Its foreground is listed, as far as there is room.</param>
    /// <param name="room">Most rows.</param>
    public HudLegend(GL gl, HudPen pen, ClassSelection classes, int room)
    {
        (_pen, _classes) = (pen, classes);
        _rows = Math.Clamp(room, 0, classes.Foreground.Count);
        string[] percent = [.. Enumerable.Range(0, 101).Select(p => $"{p} %")];
        _percent = [.. percent.Select(t => SKTextBlob.Create(t, pen.Font)!)];
        _percentWidths = [.. percent.Select(t => pen.Font.MeasureText(t))];
        _panel = new HudPanel(gl, (int)(pen.Size * 15), pen.HeightOf(_rows), DrawNames);
    }

    /// <param name="shares">Whole percent by label.</param>
    public void Update(ReadOnlySpan<byte> shares)
    {
        _panel.Begin();
        for (int i = 0; i < _rows; i++)
        {
            int share = Math.Min((int)shares[_classes.Foreground[i]], 100);
            float x = _panel.Width - _pen.Margin - _percentWidths[share];
            _panel.Canvas.DrawText(_percent[share], x, _pen.Baseline(i), _pen.In(share > 0 ? HudPen.Ink : HudPen.Faint));
        }

        _panel.End();
    }

    public void Draw(ShaderProgram program, int x, int y)
    {
        if (_rows > 0) _panel.Draw(program, x, y);
    }

    public void Dispose()
    {
        _panel.Dispose();
        foreach (SKTextBlob t in _percent) t.Dispose();
    }

    private void DrawNames(SKCanvas canvas)
    {
        for (int i = 0; i < _rows; i++)
        {
            int label = _classes.Foreground[i];
            float side = _pen.Row * 0.7f;
            SKPaint colour = _pen.In(new SKColor(0xFF000000u | (uint)_classes.Palette[label]));
            canvas.DrawRoundRect(_pen.Margin, (i + 0.45f) * _pen.Row, side, side, 2, 2, colour);
            _pen.Write(canvas, i, _classes.Names[label], _pen.Row);
        }
    }
}
