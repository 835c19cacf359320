using System.Diagnostics.CodeAnalysis;
using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics.Hud;
using RealtimeSeg.Network.Device;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>
/// From labelled frame to finished image: uploads a slot, refines its mask, and draws view and HUD into the offscreen target. Used by the
/// thread that owns OpenGL.
/// </summary>
public sealed class Renderer : IContextPart, IDisposable
{
    private const float OpacityStep = 0.1f;

    private readonly RenderOptions _options;
    private readonly ClassShares _shares = new();
    private ClassSelection _classes;

    /// <summary>Null while no context is open.</summary>
    private Passes? _passes;

    private GL _gl;
    private byte[] _pixels = [];
    private bool _pixelsAreCurrent;
    private long _uploadsBefore;
    private volatile bool[]? _wanted;

    /// <param name="gl">The context.</param>
    /// <param name="classes">Names by label.</param>
    /// <param name="palette">0xRRGGBB by label.</param>
    /// <param name="options">The state to start in.</param>
    /// <exception cref="UserError">The options name an unknown class, or a shader does not compile.</exception>
    public Renderer(GL gl, IReadOnlyList<string> classes, IReadOnlyList<int> palette, RenderOptions options)
    {
        options.Check(classes);
        (_options, _classes) = (options, new ClassSelection(classes, palette, options.IsForeground));
        (View, Opacity, Hud, PageHud) = (options.View, options.Opacity, options.Hud, options.PageHud);
        Open(gl);
        Refine = options.Refine ?? !IsSoftware;
    }

    public View View
    {
        get;
        set
        {
            field = value;
            Want();
        }
    }

    /// <summary>Strength of the class colours, 0–1.</summary>
    public float Opacity { get; private set; }

    /// <summary>What lies over the image in the window.</summary>
    public HudDetail Hud { get; set; }

    /// <summary>What lies over it on the page.</summary>
    public HudDetail PageHud { get; set; }

    /// <summary>Whether the keys are listed beside it.</summary>
    public bool HelpVisible { get; set; }

    /// <summary>Whether the mask's edges follow the image's.</summary>
    public bool Refine { get; set; }

    /// <summary>Strength of the matte's smoothing over time, 0–1: the labels'.</summary>
    public float Smooth
    {
        get;
        set => field = Here.Compositor.Smooth = value;
    }

    /// <summary>
    /// By label, whether the matte takes it for foreground; null if the view has none, or if labels and confidence tell as much. Slots
    /// that want their probability (<see cref="FrameSlot.Wanted"/>) are given this very array. Read by any thread.
    /// </summary>
    public bool[]? Wanted => _wanted;

    /// <summary>Texture whose alpha is 1 for each label that is shown.</summary>
    public uint PaletteTexture => Here.Compositor.Palette;

    /// <summary>Whether the view separates the foreground from the background, and nobody said which classes are background.</summary>
    public bool KeepsEverything => View.Separates && Solo is null && _options.KeepsEverything(Classes);

    /// <summary>Names of the model's classes by label.</summary>
    public IReadOnlyList<string> Classes => _classes.Names;

    /// <summary>0xRRGGBB by label.</summary>
    public IReadOnlyList<int> Palette => _classes.Palette;

    /// <summary>Name of the class that is shown alone; null if all are shown.</summary>
    public string? Solo => _classes.Solo;

    /// <summary>Share of the image's pixels that each label has, in whole percent; counted a few times per second.</summary>
    public ReadOnlySpan<byte> Shares => _shares.Percent;

    /// <summary>An alarm if a shader was changed and does not compile; null otherwise.</summary>
    public Status? Status => _passes?.Shaders.Status;

    /// <summary>Whether a cut-out's background is transparent.</summary>
    public bool IsTransparent => _options.Transparent;

    /// <summary>The finished image, of the frame's size or the options'; null before the first frame.</summary>
    public RenderTarget? Target => _passes?.Target;

    /// <summary>Of the context, or of the last one while none is open.</summary>
    public Driver Driver { get; private set; }

    /// <summary>Images and masks that were brought to the GPU so far, without the panel's text.</summary>
    public long Uploads => _uploadsBefore + (_passes?.Mask.Uploads ?? 0);

    /// <summary>Finished images and masks that were brought back so far.</summary>
    public long Readbacks { get; private set; }

    /// <summary>
    /// Whether Mesa draws on the CPU. There the refinement would take the network's time (20 ms per frame at 768×576), so it is off
    /// unless asked for.
    /// </summary>
    public bool IsSoftware => Driver.IsSoftware;

    private Passes Here => _passes ?? throw new InvalidOperationException("no context is open");

    /// <summary>Makes all that draws, with the classes, colours and strengths of now.</summary>
    /// <exception cref="UserError">A shader does not compile.</exception>
    [MemberNotNull(nameof(_gl), nameof(Driver))]
    public void Open(GL gl)
    {
        (_gl, Driver) = (gl, Driver.Of(gl));
        _passes = new Passes(gl, _options);
        _passes.Compositor.Smooth = Smooth;
        _passes.Compositor.SetPalette(_classes.Palette, _classes.Shown);
        gl.Check();
    }

    public void Close()
    {
        _uploadsBefore = Uploads;
        _passes?.Dispose();
        (_passes, _pixels, _pixelsAreCurrent) = (null, [], false);
    }

    /// <summary>Takes another model's classes, which the labels of all later frames have.</summary>
    public void SetClasses(IReadOnlyList<string> classes, IReadOnlyList<int> palette)
    {
        _classes = new ClassSelection(classes, palette, _options.IsForeground);
        ShowClasses();
        Here.Hud.Fit(_classes, Target);
    }

    /// <summary>Shows one class alone: the first, then the next, and after the last all again.</summary>
    public void SoloNext()
    {
        _classes.SoloNext();
        ShowClasses();
    }

    /// <summary>Shows the class at a point of the target alone; all again if it already was, or if nothing is shown there.</summary>
    /// <param name="x">As a share of the target's width.</param>
    /// <param name="y">Likewise of its height.</param>
    public void SoloAt(float x, float y)
    {
        if (Target is not { } target) return;
        MaskTextures mask = Here.Mask;
        Placement frame = Placement.Within((target.Width, target.Height), (mask.Width, mask.Height));
        (float u, float v) = frame.ShareOf(x * target.Width, y * target.Height);
        (u, v) = View.ToFrame(u, v);
        _classes.Toggle(u is >= 0 and < 1 && v is >= 0 and < 1 ? mask.LabelAt(u, v) : null);
        ShowClasses();
    }

    /// <summary>Replaces what views with a backdrop show behind the foreground, 8-bit BGR.</summary>
    public void SetBackdrop(Mat image) => Here.Compositor.SetBackdrop(image);

    public void ChangeOpacity(int steps) => Opacity = Math.Clamp(Opacity + (steps * OpacityStep), 0, 1);

    /// <summary>Draws a slot and forgets it: the next one is the first frame.</summary>
    public void Rehearse(FrameSlot slot, Func<HudText> text)
    {
        Upload(slot);
        Compose(text, slot[Stamp.Taken], freshHud: true);
        Here.DropTarget();
        _pixels = [];
        _shares.StartOver();
        Here.Hud.Fit(_classes, target: null);
    }

    /// <summary>Brings a slot's image, labels and confidence to the GPU, if they are not there yet.</summary>
    /// <exception cref="UserError">The image is larger than OpenGL takes on this machine.</exception>
    public void Upload(FrameSlot slot)
    {
        bool counts = _shares.IsDue(slot[Stamp.Taken]);
        if (counts && slot.IsOnGpu) Here.OnGpu!.Count();
        else if (counts) _shares.Count(slot);
        if (!slot.IsOnGpu) Here.Upload(slot, slot.ForegroundOf is { } f && f == _wanted);
        EnsureTarget(_options.OutputSize(slot.Image.Width, slot.Image.Height));
        if (!slot.IsOnGpu) _gl.Finish(); // so that the stage's time is its own
    }

    /// <summary>Brings a slot's image alone to the GPU, where its labels are made.</summary>
    /// <returns>Its texture.</returns>
    /// <exception cref="UserError">The image is larger than OpenGL takes on this machine.</exception>
    public uint UploadImage(FrameSlot slot)
    {
        Here.Mask.UploadImage(slot);
        return Here.Mask.Frame;
    }

    /// <summary>Shows labels that shaders made of the image.</summary>
    /// <param name="labels">These.</param>
    /// <param name="foregroundOf">By label, what they have the probability of; null if they have none.</param>
    public void Show(TextureLabels labels, bool[]? foregroundOf = null)
        => Here.Mask.Show(Here.OnGpu = labels, foregroundOf is not null && foregroundOf == _wanted);

    /// <summary>Completes a slot whose labels are on the GPU, when it is done: class shares and, if they were asked for, labels.</summary>
    /// <exception cref="UserError">The GPU could not do what it was given.</exception>
    public void Complete(FrameSlot slot)
    {
        if (Here.OnGpu!.End(slot.Labels)) Readbacks++;
        TakeShares();
    }

    /// <summary>Draws what was last uploaded. Returns when the GPU is done.</summary>
    /// <param name="text">For the HUD; called only if its text is drawn again.</param>
    /// <param name="now">Nanoseconds, to pace the HUD.</param>
    /// <param name="freshHud">Draw the HUD's text again at any time.</param>
    /// <param name="hud">What lies over all outputs, null for what lies over the window; <see cref="Cover"/> adds to it.</param>
    public void Compose(Func<HudText> text, long now, bool freshHud = false, HudDetail? hud = null)
    {
        if (Target is not { } target) return;
        Here.Shaders.Turn(now);
        Here.Hud.Begin(text, now, freshHud);
        try
        {
            Draw(target, hud ?? Hud);
        }
        catch (InvalidOperationException e) when (Here.Shaders.Revert(e))
        {
            Draw(target, hud ?? Hud);
        }

        _pixelsAreCurrent = false;
        _gl.Finish();
        _gl.Check();
    }

    /// <summary>Lays panels over the finished image, as far as they do not lie there yet; none is taken away.</summary>
    public void Cover(HudDetail hud)
    {
        if (Target is not { } target || !Here.Hud.Lacks(hud)) return;
        if (Here.Hud.IsStale) TakeShares(); // of this very frame, which may be the only one
        Here.Hud.Update(Shares);
        target.Bind();
        Here.Hud.Lay(hud);
        _pixelsAreCurrent = false;
    }

    /// <summary>The image without panels as RGBA, top row first.</summary>
    public ReadOnlySpan<byte> PlainPixels()
    {
        Compose(static () => default, now: 0, hud: HudDetail.None);
        return Pixels();
    }

    /// <summary>The finished image as RGBA, top row first; read from the GPU once per frame however many sinks ask.</summary>
    public ReadOnlySpan<byte> Pixels()
    {
        if (_pixelsAreCurrent) return _pixels;
        Target!.Read(_pixels);
        Readbacks++;
        _pixelsAreCurrent = true;
        return _pixels;
    }

    public void Dispose() => Close();

    private void Draw(RenderTarget target, HudDetail hud)
    {
        Here.Mask.Refine(Refine && !View.Separates); // whose matte has the image's edges already
        Here.Compositor.Draw(View, Here.Mask, target, Opacity);
        Cover(hud);
        Here.Shaders.Accept();
    }

    private void ShowClasses()
    {
        Here.Compositor.SetPalette(_classes.Palette, _classes.Shown);
        Here.Mask.ForgetForeground();
        Want();
    }

    private void Want()
    {
        if (!View.Separates || _classes.Names.Count <= 2)
        {
            _wanted = null;
            return;
        }

        bool[] wanted = new bool[_classes.Names.Count];
        foreach (int label in _classes.Shown) wanted[label] = true;
        _wanted = wanted;
    }

    /// <summary>Fetches class shares that the GPU has counted, if it has. Waits.</summary>
    private void TakeShares()
    {
        if (Here.OnGpu is { } labels && labels.TakeCounts() is { Length: > 0 } counts) _shares.Take(counts);
    }

    private void EnsureTarget((int Width, int Height) size)
    {
        if (!Here.Resize(size)) return;
        Here.Hud.Fit(_classes, Target);
        _pixels = new byte[size.Width * size.Height * 4];
    }
}
