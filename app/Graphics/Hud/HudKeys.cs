using RealtimeSeg.Input;
using Silk.NET.OpenGL;
using SkiaSharp;

namespace RealtimeSeg.Graphics.Hud;

/// <summary>
/// The list that F1 shows: the rows of <see cref="KeyTable"/> and those of <see cref="Views"/>. It stands beside the image, at the window's
/// right, and covers nothing of it.
/// </summary>
internal sealed class HudKeys : IDisposable
{
    private readonly KeyListLayout _layout;
    private readonly HudPen _pen;
    private readonly ShaderProgram _program;
    private readonly HudPanel _panel;
    private readonly RenderTarget _column;

    /// <param name="gl">The window's context.</param>
    /// <param name="layout">In a window of some size.</param>
    public HudKeys(GL gl, KeyListLayout layout)
    {
        _layout = layout;
        _pen = new HudPen(layout.FontSize);
        _program = new ShaderProgram(gl, "passes/hud.frag");
        _panel = new HudPanel(gl, layout.Column.Width, layout.Column.Height, DrawRows);
        _column = new RenderTarget(gl, layout.Column.Width, layout.Column.Height, InternalFormat.Rgba8);
        _column.Bind();
        gl.ClearColor(0, 0, 0, 1);
        gl.Clear(ClearBufferMask.ColorBufferBit);
        _panel.Draw(_program, 0, 0);
    }

    /// <summary>Where it stands, and for a window of which size it was made.</summary>
    public KeyListLayout Layout => _layout;

    /// <summary>Draws it into the window, which is bound.</summary>
    public void Draw() => _column.BlitToWindow(_layout.Column, _layout.Window.Height);

    public void Dispose()
    {
        _column.Dispose();
        _panel.Dispose();
        _program.Dispose();
        _pen.Dispose();
    }

    private void DrawRows(SKCanvas canvas)
    {
        for (int i = 0; i < KeyTable.Rows.Count; i++)
        {
            _pen.Write(canvas, i, KeyTable.Rows[i].Label);
            _pen.Write(canvas, i, KeyTable.Rows[i].Help, _pen.Size * KeyListLayout.Help);
        }

        (int row, float indent) = _layout.IsOneColumn ? (KeyTable.Rows.Count, 0) : (0, KeyListLayout.OneColumn);
        float name = _layout.IsOneColumn ? KeyListLayout.Help : KeyListLayout.OneColumn + KeyListLayout.ViewName;
        for (int i = 0; i < Views.All.Count; i++)
        {
            _pen.Write(canvas, row + i, Views.All[i].Key.ToString(), _pen.Size * indent);
            _pen.Write(canvas, row + i, Views.All[i].Name, _pen.Size * name);
        }
    }
}
