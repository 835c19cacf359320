using System.Globalization;
using RealtimeSeg.Frames;
using Silk.NET.OpenGL;
using SkiaSharp;

namespace RealtimeSeg.Graphics.Hud;

/// <summary>Panels over the picture, drawn by Skia into textures a few times a second: figures with a graph of frame times, the class legend, the keys.</summary>
public sealed class HudOverlay : IDisposable
{
    private const int Lines = 3, GraphFrames = 60, GraphRows = 2;

    /// <summary>A frame of this many ms fills the graph; most displays show one in 16.7.</summary>
    private const float GraphMilliseconds = 66.7f;

    /// <summary>Text is not set narrower than this share of its width.</summary>
    private const float Narrowest = 0.6f;

    private const string Keys = "1–8, V\tview\nTab, click\tone class alone\nR\trefine the mask's edges\n+ −\tstrength of the colours\nspace . \tpause, one frame\n← →\t5 s back, forward\n[ ]\tslower, faster\nM\tnext model\nF\tfull screen\nS\tsave a still\nH\tless over the picture\nF1\tthis list\nEsc, Q\tquit";

    private static readonly SKColor Ink = new(238, 240, 244), Faint = new(238, 240, 244, 110), Alarm = new(255, 120, 90);

    /// <summary>One for each stage in the graph.</summary>
    private static readonly SKColor[] StageColors = [new(120, 120, 130), new(90, 160, 230), new(240, 180, 60), new(170, 120, 220), new(90, 200, 140), new(70, 170, 120), new(200, 110, 110)];

    private readonly ShaderProgram _program;
    private readonly HudPanel _figures, _legend, _help;
    private readonly IReadOnlyList<string> _classes;
    private readonly IReadOnlyList<int> _labels;
    private readonly SKPaint _paint = new() { IsAntialias = true };
    private readonly SKFont _font;
    private readonly float _line;
    private readonly int _targetWidth, _targetHeight, _rows;

    /// <summary>"0 %" to "100 %", laid out once: eleven texts ten times a second would be the loop's largest allocation.</summary>
    private readonly SKTextBlob[] _percent;
    private readonly float[] _percentWidths;

    /// <param name="gl">The context.</param>
    /// <param name="classes">Names in the legend.</param>
    /// <param name="palette">0xRRGGBB of each of them.</param>
    /// <param name="labels">Label of each of them.</param>
    /// <param name="target">Size of the picture it lies on; text scales with it.</param>
    public HudOverlay(GL gl, IReadOnlyList<string> classes, IReadOnlyList<int> palette, IReadOnlyList<int> labels, (int Width, int Height) target)
    {
        (_classes, _labels, _targetWidth, _targetHeight) = (classes, labels, target.Width, target.Height);
        float size = Math.Clamp(target.Height / 40f, 10, 26);
        _line = size * 1.35f;
        _font = new SKFont(SKTypeface.FromFamilyName("DejaVu Sans"), size);
        string[] percent = [.. Enumerable.Range(0, 101).Select(p => $"{p} %")];
        _percent = [.. percent.Select(t => SKTextBlob.Create(t, _font)!)];
        _percentWidths = [.. percent.Select(t => _font.MeasureText(t))];
        _program = new ShaderProgram(gl, "passes/fullscreen.vert", "passes/hud.frag");
        int head = Lines + GraphRows;
        _rows = Math.Clamp((int)((target.Height - (3 * _line)) / _line) - head, 0, classes.Count);
        _figures = new HudPanel(gl, (int)(size * 15), (int)(_line * (head + 0.6f)), _ => { });
        _legend = new HudPanel(gl, (int)(size * 15), (int)(_line * (_rows + 0.6f)), canvas => DrawLegend(canvas, palette));
        string[] keys = Keys.Split('\n');
        _help = new HudPanel(gl, (int)(size * 19), (int)(_line * (keys.Length + 0.6f)), canvas =>
        {
            for (int i = 0; i < keys.Length; i++)
            {
                string[] pair = keys[i].Split('\t');
                Write(canvas, i, pair[0], 0);
                Write(canvas, i, pair[1], size * 6);
            }
        });
    }

    /// <summary>Draws the figures anew.</summary>
    public void Update(HudText t)
    {
        _figures.Begin();
        SKCanvas canvas = _figures.Canvas;
        WriteFigure(canvas, 0, string.Create(CultureInfo.InvariantCulture, $"{t.FramesPerSecond:F1} fps   drops {t.Drops}"));
        if ((t.Trouble ?? t.Notice) is not { } said) WriteFigure(canvas, 1, string.Create(CultureInfo.InvariantCulture, $"{t.LatencyP50:F0} / {t.LatencyP99:F0} ms   mask {t.MaskAge:F0} ms"));
        else WriteFigure(canvas, 1, said, t.Trouble is null ? Ink : Alarm);
        WriteFigure(canvas, 2, t.Network);
        DrawGraph(canvas, t.Recent);
        _figures.End();
    }

    /// <summary>Draws the legend's shares anew.</summary>
    /// <param name="shares">Share of the picture's pixels in whole percent, by label.</param>
    public void Update(ReadOnlySpan<byte> shares)
    {
        _legend.Begin();
        for (int i = 0; i < _rows; i++)
        {
            int share = Math.Min((int)shares[_labels[i]], 100);
            _paint.Color = share > 0 ? Ink : Faint;
            _legend.Canvas.DrawText(_percent[share], _legend.Width - (_line * 0.4f) - _percentWidths[share], (i + 1.05f) * _line, _paint);
        }

        _legend.End();
    }

    /// <summary>Blends figures and legend over the bound target's top left corner, and the keys over its middle.</summary>
    public void Draw(HudDetail detail, bool help)
    {
        int margin = (int)(_line / 2);
        if (detail != HudDetail.None) _figures.Draw(_program, margin, margin);
        if (detail == HudDetail.Full && _rows > 0) _legend.Draw(_program, margin, (2 * margin) + _figures.Height);
        if (help) _help.Draw(_program, (_targetWidth - _help.Width) / 2, (_targetHeight - _help.Height) / 2);
    }

    public void Dispose()
    {
        _figures.Dispose();
        _legend.Dispose();
        _help.Dispose();
        _program.Dispose();
        foreach (SKTextBlob t in _percent) t.Dispose();
        _font.Dispose();
        _paint.Dispose();
    }

    /// <summary>The last frames as bars, oldest left, each the sum of its stages.</summary>
    private void DrawGraph(SKCanvas canvas, FrameStats recent)
    {
        float left = _line * 0.4f, width = (_figures.Width - (2 * left)) / GraphFrames, bottom = (Lines + GraphRows + 0.25f) * _line, full = (GraphRows - 0.1f) * _line;
        for (int i = 0; i < GraphFrames; i++)
        {
            float y = bottom;
            for (int stage = 0; stage < StageColors.Length; stage++)
            {
                float height = (float)recent.Recent((Stage)stage, GraphFrames - 1 - i) / GraphMilliseconds * full;
                height = Math.Min(height, y - (bottom - full));
                if (height <= 0) continue;
                _paint.Color = StageColors[stage];
                canvas.DrawRect(left + (i * width), y - height, width, height, _paint);
                y -= height;
            }
        }
    }

    private void DrawLegend(SKCanvas canvas, IReadOnlyList<int> palette)
    {
        for (int i = 0; i < _rows; i++)
        {
            _paint.Color = new SKColor(0xFF000000u | (uint)palette[i]);
            canvas.DrawRoundRect(_line * 0.4f, (i + 0.45f) * _line, _line * 0.7f, _line * 0.7f, 2, 2, _paint);
            Write(canvas, i, _classes[i], _line);
        }
    }

    /// <summary>A line of the figures: a long name or message is set narrower, as far as it stays legible.</summary>
    private void WriteFigure(SKCanvas canvas, int row, string text, SKColor? color = null)
    {
        _font.ScaleX = Math.Clamp((_figures.Width - (_line * 0.8f)) / Math.Max(1, _font.MeasureText(text)), Narrowest, 1);
        Write(canvas, row, text, 0, color);
        _font.ScaleX = 1;
    }

    private void Write(SKCanvas canvas, int row, string text, float indent, SKColor? color = null)
    {
        _paint.Color = color ?? Ink;
        canvas.DrawText(text, (_line * 0.4f) + indent, (row + 1.05f) * _line, SKTextAlign.Left, _font, _paint);
    }
}
