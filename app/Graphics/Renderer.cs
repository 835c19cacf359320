using System.Diagnostics.CodeAnalysis;
using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics.Hud;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>Frame in, picture out: uploads a slot, refines its mask and draws view and HUD into the offscreen target.</summary>
public sealed class Renderer : IDisposable
{
    private const float OpacityStep = 0.1f;

    /// <summary>The HUD is drawn at 10 Hz: faster, nobody could read it.</summary>
    private const long HudPeriod = 100_000_000;

    private static readonly string[] SoftwareRasterizers = ["llvmpipe", "softpipe", "swrast"];

    private readonly GL _gl;
    private readonly RenderOptions _options;
    private readonly byte[] _shares = new byte[256];
    private readonly int[] _counts = new int[256];
    private IReadOnlyList<string> _classes;
    private IReadOnlyList<int> _palette;
    private int[] _foreground;
    private int? _solo;
    private long _counted;
    private readonly MaskTextures _mask;
    private readonly Compositor _compositor;
    private readonly ShaderWatch _shaders = new();
    private readonly uint _vertices;
    private RenderTarget? _target;
    private HudOverlay? _hud;
    private byte[] _pixels = [];
    private bool _pixelsAreCurrent;
    private long _hudDrawn;

    public Renderer(GL gl, IReadOnlyList<string> classes, IReadOnlyList<int> palette, RenderOptions options)
    {
        options.Check(classes);
        (_gl, _options) = (gl, options);
        (View, Opacity, Hud, Refine) = (options.View, options.Opacity, options.Hud, options.Refine ?? !IsSoftware);
        _vertices = gl.GenVertexArray(); // core profile draws nothing without one, even an empty one
        gl.BindVertexArray(_vertices);
        _mask = new MaskTextures(gl);
        _compositor = new Compositor(gl, options.Backdrop, options.Transparent);
        _shaders.Add([.. _compositor.Programs, _mask.Refinement]);
        SetClasses(classes, palette);
        gl.Check();
    }

    /// <summary>Takes another model's classes; from the next frame on, labels are theirs.</summary>
    [MemberNotNull(nameof(_classes), nameof(_palette), nameof(_foreground))]
    public void SetClasses(IReadOnlyList<string> classes, IReadOnlyList<int> palette)
    {
        (_classes, _palette, _solo) = (classes, palette, null);
        // The legend names what is tinted, nothing else.
        _foreground = [.. Enumerable.Range(0, classes.Count).Where(i => _options.IsForeground(classes[i]))];
        _compositor.SetPalette(palette, _foreground);
        _hud?.Dispose();
        _hud = _target is null ? null : MakeHud(_target);
    }

    /// <summary>Shows one class alone: the first, the next, and after the last all again.</summary>
    public void SoloNext()
    {
        if (_foreground.Length == 0) return;
        int next = _solo is { } now ? Array.IndexOf(_foreground, now) + 1 : 0;
        SetSolo(next < _foreground.Length ? _foreground[next] : null);
    }

    /// <summary>Shows the class at a place of the picture alone; all again if it already was, or if nothing is shown there.</summary>
    /// <param name="x">As a share of the picture's width.</param>
    /// <param name="y">Likewise of its height.</param>
    public void SoloAt(float x, float y)
    {
        if (_target is null) return;
        Placement shown = Placement.Within((_target.Width, _target.Height), (_mask.Width, _mask.Height));
        (float u, float v) = shown.ShareOf(x * _target.Width, y * _target.Height);
        if (View == View.Split) (u, v) = (u * 2 % 1, (v * 2) - 0.5f); // two pictures of half the size
        int? label = u is >= 0 and < 1 && v is >= 0 and < 1 ? _mask.LabelAt(u, v) : null;
        SetSolo(label is { } l && l != _solo && _foreground.Contains(l) ? l : null);
    }

    /// <summary>The class that is shown alone, or null.</summary>
    public string? Solo => _solo is { } label ? _classes[label] : null;

    /// <summary>What is wrong with a shader that was changed; null when nothing is.</summary>
    public string? ShaderFault => _shaders.Fault;

    /// <summary>Classes of the model, by label.</summary>
    public IReadOnlyList<string> Classes => _classes;

    /// <summary>0xRRGGBB by label.</summary>
    public IReadOnlyList<int> Palette => _palette;

    /// <summary>Whether what a cut-out leaves out is transparent.</summary>
    public bool IsTransparent => _options.Transparent;

    /// <summary>Share of the picture's pixels that each label has, in whole percent; counted a few times a second.</summary>
    public ReadOnlySpan<byte> Shares => _shares;

    public View View { get; set; }

    /// <summary>Strength of the class colours, 0–1.</summary>
    public float Opacity { get; private set; }

    public HudDetail Hud { get; set; }

    /// <summary>Whether the keys are listed over the picture.</summary>
    public bool HelpVisible { get; set; }

    /// <summary>Whether the mask's edges follow the picture's.</summary>
    public bool Refine { get; set; }

    /// <summary>What the picture is drawn into; null before the first frame. Its size is the first frame's.</summary>
    public RenderTarget? Target => _target;

    /// <summary>Driver's name, for the report.</summary>
    public string Device => _gl.GetStringS(StringName.Renderer);

    /// <summary>
    /// Whether Mesa draws on the CPU. There the refinement would take the network's time (20 ms a frame at 768×576), so it is off
    /// unless asked for.
    /// </summary>
    public bool IsSoftware => SoftwareRasterizers.Any(n => Device.Contains(n, StringComparison.Ordinal));

    /// <summary>What <see cref="View.Replace"/> shows behind the foreground from now on, 8-bit BGR.</summary>
    public void SetBackdrop(Mat picture) => _compositor.SetBackdrop(picture);

    public void ChangeOpacity(int steps) => Opacity = Math.Clamp(Opacity + (steps * OpacityStep), 0, 1);

    /// <summary>Brings a slot's picture, labels and confidence to the GPU.</summary>
    public void Upload(FrameSlot slot)
    {
        if (_target is null)
        {
            _target = new RenderTarget(_gl, slot.Image.Width, slot.Image.Height, InternalFormat.Rgba8);
            _hud = MakeHud(_target);
            _pixels = new byte[slot.Image.Width * slot.Image.Height * 4];
        }

        if (_counted == 0 || slot[Stamp.Taken] - _counted >= HudPeriod) CountShares(slot);
        _mask.Upload(slot);
        _gl.Finish(); // so that the stage's time is its own
    }

    /// <summary>Draws what was last uploaded. Returns when the GPU is done.</summary>
    /// <param name="text">For the HUD.</param>
    /// <param name="now">Nanoseconds, to pace the HUD.</param>
    /// <param name="freshHud">Draw the HUD's text anew whatever the time.</param>
    public void Compose(Func<HudText> text, long now, bool freshHud = false)
    {
        if (_target is null) return;
        _shaders.Turn(now);
        _mask.Refine(Refine);
        _compositor.Draw(View, _mask, _target, Opacity);
        if (Hud != HudDetail.None || HelpVisible) DrawHud(text, now, freshHud);
        _pixelsAreCurrent = false;
        _gl.Finish();
        _gl.Check();
    }

    /// <summary>The picture as RGBA, top row first; read from the GPU once a frame however many ask.</summary>
    public ReadOnlySpan<byte> Pixels()
    {
        if (!_pixelsAreCurrent) _target!.Read(_pixels);
        _pixelsAreCurrent = true;
        return _pixels;
    }

    public void Dispose()
    {
        _hud?.Dispose();
        _target?.Dispose();
        _shaders.Dispose();
        _compositor.Dispose();
        _mask.Dispose();
        _gl.DeleteVertexArray(_vertices);
    }

    private void SetSolo(int? label)
    {
        _solo = label;
        _compositor.SetPalette(_palette, label is { } only ? [only] : _foreground);
    }

    private HudOverlay MakeHud(RenderTarget target)
        => new(_gl, [.. _foreground.Select(i => _classes[i])], [.. _foreground.Select(i => _palette[i])], _foreground, (target.Width, target.Height));

    private void CountShares(FrameSlot slot)
    {
        _counted = slot[Stamp.Taken];
        Array.Clear(_counts);
        Span<byte> labels = slot.Labels.AsSpan<byte>();
        foreach (byte label in labels) _counts[label]++;
        for (int i = 0; i < _shares.Length; i++) _shares[i] = (byte)Math.Round(100.0 * _counts[i] / Math.Max(1, labels.Length));
    }

    private void DrawHud(Func<HudText> text, long now, bool fresh)
    {
        if (fresh || _hudDrawn == 0 || now - _hudDrawn >= HudPeriod)
        {
            _hud!.Update(text());
            _hud.Update(_shares);
            _hudDrawn = now;
        }

        _hud!.Draw(Hud, HelpVisible);
    }
}
