using RealtimeSeg.Input;
using Silk.NET.OpenGL;
using SkiaSharp;

namespace RealtimeSeg.Graphics.Hud;

/// <summary>The list that F1 shows: the rows of <see cref="KeyTable"/> and, beside them, those of <see cref="Views"/>.</summary>
internal sealed class HudKeys : IDisposable
{
    /// <summary>In units of the font's size: where a key's help, a view's key and a view's name begin, and the width.</summary>
    private const float Help = 5, ViewKey = 19, ViewName = 20.5f, Width = 26;

    private static readonly int Rows = Math.Max(KeyTable.Rows.Count, Views.All.Count);

    private readonly HudPen _pen;
    private readonly HudPanel _panel;
    private readonly int _x, _y;

    /// <param name="gl">The context.</param>
    /// <param name="size">Of the font in the other panels; here it is smaller if the list would not fit.</param>
    /// <param name="target">Size of the image.</param>
    public HudKeys(GL gl, float size, (int Width, int Height) target)
    {
        using (HudPen full = new(size))
        {
            float byHeight = target.Height / (float)full.HeightOf(Rows), byWidth = target.Width / (size * Width);
            _pen = new HudPen(size * Math.Min(1, Math.Min(byHeight, byWidth)));
        }

        _panel = new HudPanel(gl, (int)(_pen.Size * Width), _pen.HeightOf(Rows), DrawRows);
        _x = (target.Width - _panel.Width) / 2;
        _y = (target.Height - _panel.Height) / 2;
    }

    public void Draw(ShaderProgram program) => _panel.Draw(program, _x, _y);

    public void Dispose()
    {
        _panel.Dispose();
        _pen.Dispose();
    }

    private void DrawRows(SKCanvas canvas)
    {
        for (int i = 0; i < KeyTable.Rows.Count; i++)
        {
            _pen.Write(canvas, i, KeyTable.Rows[i].Label);
            _pen.Write(canvas, i, KeyTable.Rows[i].Help, _pen.Size * Help);
        }

        for (int i = 0; i < Views.All.Count; i++)
        {
            _pen.Write(canvas, i, Views.All[i].Key.ToString(), _pen.Size * ViewKey);
            _pen.Write(canvas, i, Views.All[i].Name, _pen.Size * ViewName);
        }
    }
}
