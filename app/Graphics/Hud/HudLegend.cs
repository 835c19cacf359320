using Silk.NET.OpenGL;
using SkiaSharp;

namespace RealtimeSeg.Graphics.Hud;

/// <summary>
/// The panel of foreground classes, each with its colour and its share of the image. Where there is no room for all of them: those that the
/// image has, and how many more there are.
/// </summary>
internal sealed class HudLegend : IDisposable
{
    private readonly HudPen _pen;
    private readonly ClassSelection _classes;
    private readonly int _rows;
    private readonly bool _fits;
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
        _fits = room >= classes.Foreground.Count;
        string[] percent = [.. Enumerable.Range(0, 101).Select(p => $"{p} %")];
        _percent = [.. percent.Select(t => SKTextBlob.Create(t, pen.Font)!)];
        _percentWidths = [.. percent.Select(t => pen.Font.MeasureText(t))];
        _panel = new HudPanel(gl, (int)(pen.Size * 15), pen.HeightOf(_rows), DrawNames);
    }

    /// <param name="shares">Whole percent by label.</param>
    public void Update(ReadOnlySpan<byte> shares)
    {
        _panel.Begin();
        if (_fits)
        {
            for (int row = 0; row < _rows; row++) DrawShare(row, shares[_classes.Foreground[row]]);
        }
        else
        {
            DrawThoseSeen(shares);
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

    /// <summary>The classes that have at least half a percent, and how many of them there was no room for.</summary>
    private void DrawThoseSeen(ReadOnlySpan<byte> shares)
    {
        int seen = 0, row = 0;
        foreach (int label in _classes.Foreground) seen += shares[label] > 0 ? 1 : 0;
        int named = seen <= _rows ? seen : _rows - 1;
        foreach (int label in _classes.Foreground)
        {
            if (shares[label] == 0 || row == named) continue;
            DrawName(_panel.Canvas, row, label);
            DrawShare(row++, shares[label]);
        }

        if (seen > named) _pen.Write(_panel.Canvas, row, $"+ {seen - named}", _pen.Row, HudPen.Faint);
    }

    private void DrawShare(int row, byte share)
    {
        int percent = Math.Min((int)share, 100);
        float x = _panel.Width - _pen.Margin - _percentWidths[percent];
        _panel.Canvas.DrawText(_percent[percent], x, _pen.Baseline(row), _pen.In(percent > 0 ? HudPen.Ink : HudPen.Faint));
    }

    private void DrawNames(SKCanvas canvas)
    {
        for (int row = 0; _fits && row < _rows; row++) DrawName(canvas, row, _classes.Foreground[row]);
    }

    private void DrawName(SKCanvas canvas, int row, int label)
    {
        float side = _pen.Row * 0.7f;
        SKPaint colour = _pen.In(new SKColor(0xFF000000u | (uint)_classes.Palette[label]));
        canvas.DrawRoundRect(_pen.Margin, (row + 0.45f) * _pen.Row, side, side, 2, 2, colour);
        _pen.Write(canvas, row, _classes.Names[label], _pen.Row);
    }
}
