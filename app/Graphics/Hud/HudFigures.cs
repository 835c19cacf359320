using System.Globalization;
using RealtimeSeg.Frames;
using Silk.NET.OpenGL;
using SkiaSharp;

namespace RealtimeSeg.Graphics.Hud;

/// <summary>The panel of figures: rate, latency or status, network, and a graph of the last frames' times.</summary>
internal sealed class HudFigures : IDisposable
{
    /// <summary>Rows of text and graph together.</summary>
    public const int Rows = TextRows + GraphRows;

    private const int TextRows = 3, GraphRows = 2, GraphFrames = 60;

    /// <summary>A frame of this many ms fills the graph; most displays show one in 16.7.</summary>
    private const float GraphMilliseconds = 66.7f;

    /// <summary>By <see cref="Stage"/>.</summary>
    private static readonly SKColor[] StageColors =
    [
        new(120, 120, 130), new(90, 160, 230), new(240, 180, 60), new(170, 120, 220),
        new(90, 200, 140), new(70, 170, 120), new(200, 110, 110),
    ];

    private readonly HudPen _pen;
    private readonly HudPanel _panel;

    public HudFigures(GL gl, HudPen pen)
    {
        _pen = pen;
        _panel = new HudPanel(gl, (int)(pen.Size * 15), pen.HeightOf(Rows), _ => { });
    }

    public int Height => _panel.Height;

    public void Update(HudText t)
    {
        _panel.Begin();
        SKCanvas canvas = _panel.Canvas;
        Write(0, string.Create(CultureInfo.InvariantCulture, $"{t.FramesPerSecond:F1} fps   drops {t.Drops}"));
        if (t.Status is { } status) Write(1, status.Text, status.IsAlarm ? HudPen.Alarm : HudPen.Ink);
        else Write(1, string.Create(CultureInfo.InvariantCulture, $"{t.LatencyP50:F0} / {t.LatencyP99:F0} ms   mask {t.MaskAge:F0} ms"));
        Write(2, t.Network);
        DrawGraph(canvas, t.Recent);
        _panel.End();
    }

    public void Draw(ShaderProgram program, int x, int y) => _panel.Draw(program, x, y);

    public void Dispose() => _panel.Dispose();

    private void Write(int row, string text, SKColor? color = null) => _pen.WriteWithin(_panel.Canvas, row, text, _panel.Width, color);

    /// <summary>The last frames as bars, oldest at the left, each the sum of its stages.</summary>
    private void DrawGraph(SKCanvas canvas, FrameStats recent)
    {
        float left = _pen.Margin, width = (_panel.Width - (2 * left)) / GraphFrames;
        float bottom = (Rows + 0.25f) * _pen.Row, full = (GraphRows - 0.1f) * _pen.Row;
        for (int i = 0; i < GraphFrames; i++)
        {
            float y = bottom;
            for (int stage = 0; stage < StageColors.Length; stage++)
            {
                float height = (float)recent.Recent((Stage)stage, GraphFrames - 1 - i) / GraphMilliseconds * full;
                height = Math.Min(height, y - (bottom - full));
                if (height <= 0) continue;
                canvas.DrawRect(left + (i * width), y - height, width, height, _pen.In(StageColors[stage]));
                y -= height;
            }
        }
    }
}
