using System.Globalization;
using RealtimeSeg.Frames;
using Silk.NET.OpenGL;
using SkiaSharp;

namespace RealtimeSeg.Graphics.Hud;

/// <summary>
/// The panel of figures: rate, latency or status, network, and a graph of the last frames' times. In a small image rate and status alone.
/// </summary>
internal sealed class HudFigures : IDisposable
{
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
    private readonly bool _small;

    /// <param name="gl">The context.</param>
    /// <param name="pen">Font and spacing.</param>
    /// <param name="small">Whether there is room for one row only.</param>
    public HudFigures(GL gl, HudPen pen, bool small)
    {
        (_pen, _small) = (pen, small);
        Rows = small ? 1 : TextRows + GraphRows;
        _panel = new HudPanel(gl, (int)(pen.Size * 15), pen.HeightOf(Rows), _ => { });
    }

    /// <summary>Rows of text and graph together.</summary>
    public int Rows { get; }

    public int Height => _panel.Height;

    public void Update(HudText t)
    {
        _panel.Begin();
        string state = t.State.Length > 0 ? "   " + t.State : "";
        if (_small)
        {
            if (t.Status is { } only) Write(0, only);
            else Write(0, string.Create(CultureInfo.InvariantCulture, $"{t.FramesPerSecond:F1} fps   {t.LatencyP50:F0} ms{state}"));
            _panel.End();
            return;
        }

        Write(0, string.Create(CultureInfo.InvariantCulture, $"{t.FramesPerSecond:F1} fps   drops {t.Drops}{state}"));
        if (t.Status is { } status) Write(1, status);
        else Write(1, string.Create(CultureInfo.InvariantCulture, $"{t.LatencyP50:F0} / {t.LatencyP99:F0} ms   mask {t.MaskAge:F0} ms"));
        _pen.WriteShortened(_panel.Canvas, 2, t.Network, _panel.Width);
        DrawGraph(_panel.Canvas, t.Recent);
        _panel.End();
    }

    public void Draw(ShaderProgram program, int x, int y) => _panel.Draw(program, x, y);

    public void Dispose() => _panel.Dispose();

    private void Write(int row, Status status) => Write(row, status.Text, status.IsAlarm ? HudPen.Alarm : HudPen.Ink);

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
