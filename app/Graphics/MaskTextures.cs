using RealtimeSeg.Frames;
using RealtimeSeg.Network.Device;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>A frame on the GPU: its image, labels and confidence, and the mask refined to the image's size.</summary>
public sealed class MaskTextures : IDisposable
{
    private readonly GL _gl;
    private readonly PixelUploader _frame, _labels, _confidence, _foreground;
    private readonly ShaderProgram _refine;
    private RenderTarget? _refined;
    private TextureLabels? _onGpu;
    private bool _useRefined, _hasForeground;

    public MaskTextures(GL gl)
    {
        _gl = gl;
        _frame = new PixelUploader(gl, InternalFormat.Rgb8, PixelFormat.Bgr, linear: true);
        _labels = new PixelUploader(gl, InternalFormat.R8ui, PixelFormat.RedInteger, linear: false);
        _confidence = new PixelUploader(gl, InternalFormat.R8, PixelFormat.Red, linear: true);
        _foreground = new PixelUploader(gl, InternalFormat.R8, PixelFormat.Red, linear: true);
        _refine = new ShaderProgram(gl, "passes/refine.frag");
    }

    /// <summary>Size of the image, in pixels.</summary>
    public int Width => _frame.Width;

    public int Height => _frame.Height;

    /// <summary>Size of the mask: the network's, or the image's after refinement.</summary>
    public int MaskWidth => _useRefined ? _refined!.Width : NetworkWidth;

    public int MaskHeight => _useRefined ? _refined!.Height : NetworkHeight;

    /// <summary>Size of the mask as the network gave it.</summary>
    public int NetworkWidth => _onGpu?.Size.Width ?? _labels.Width;

    public int NetworkHeight => _onGpu?.Size.Height ?? _labels.Height;

    /// <summary>Number of the image: one more than that of the image that it follows, more after a jump.</summary>
    public long Serial { get; private set; }

    /// <summary>Images and masks that were brought to the GPU so far.</summary>
    public long Uploads { get; private set; }

    /// <summary>Texture of the image.</summary>
    public uint Frame => _frame.Texture;

    /// <summary>Texture of the classes, 8-bit integers, refined if that is on.</summary>
    public uint Labels => _useRefined ? _refined!.Texture(0) : NetworkLabels;

    /// <summary>Texture of their probabilities, likewise.</summary>
    public uint Confidence => _useRefined ? _refined!.Texture(1) : NetworkConfidence;

    /// <summary>The refinement's shader, for reloading.</summary>
    public ShaderProgram Refinement => _refine;

    /// <summary>The same as the network gave them.</summary>
    public uint NetworkLabels => _onGpu?.Labels ?? _labels.Texture;

    public uint NetworkConfidence => _onGpu?.Confidence ?? _confidence.Texture;

    /// <summary>Texture of the probability of all classes together that are shown; null if labels and confidence must do.</summary>
    public uint? Foreground => _hasForeground ? _onGpu?.Foreground ?? _foreground.Texture : null;

    /// <summary>Place of the labels in it, in pixels; negative if they surround it.</summary>
    public (int X, int Y) ForegroundOffset => _onGpu?.Offset ?? (0, 0);

    /// <summary>Brings a frame's image to the GPU.</summary>
    /// <exception cref="UserError">It is larger than OpenGL takes on this machine.</exception>
    public void UploadImage(FrameSlot slot)
    {
        _frame.Upload(slot.Image.Data, slot.Image.Width, slot.Image.Height);
        Uploads++;
        Serial += slot.Jumped ? 2 : 1;
        _hasForeground = false;
    }

    /// <summary>Shows labels that shaders made of the image.</summary>
    /// <param name="labels">These.</param>
    /// <param name="foreground">Whether they have the probability of the classes that are shown.</param>
    public void Show(TextureLabels labels, bool foreground) => (_onGpu, _hasForeground) = (labels, foreground);

    /// <summary>Other classes are shown from now on, of which no frame so far has the probability.</summary>
    public void ForgetForeground() => _hasForeground = false;

    /// <summary>Brings a frame with its labels to the GPU.</summary>
    /// <param name="slot">The frame.</param>
    /// <param name="foreground">Whether it has the probability of the classes that are shown.</param>
    /// <exception cref="UserError">It is larger than OpenGL takes on this machine.</exception>
    public void Upload(FrameSlot slot, bool foreground = false)
    {
        UploadImage(slot);
        _onGpu = null;
        Uploads += 2;
        _labels.Upload(slot.Labels.Data, slot.Labels.Width, slot.Labels.Height);
        _confidence.Upload(slot.Confidence.Data, slot.Confidence.Width, slot.Confidence.Height);
        _hasForeground = foreground;
        if (!foreground) return;
        Uploads++;
        _foreground.Upload(slot.Foreground.Data, slot.Foreground.Width, slot.Foreground.Height);
    }

    /// <summary>Makes the mask's edges follow the image's, or leaves the mask as the network gave it.</summary>
    public void Refine(bool on)
    {
        _useRefined = on;
        if (!on) return;
        FilterFrame(linear: true);
        RenderTarget.Ensure(ref _refined, _gl, Width, Height, InternalFormat.R8ui, InternalFormat.R8).Bind();
        _refine.Use();
        _refine.Sample("frame", _frame.Texture, 0);
        _refine.Sample("labels", NetworkLabels, 1);
        _refine.Sample("confidence", NetworkConfidence, 2);
        _gl.DrawArrays(PrimitiveType.Triangles, 0, 3);
        _gl.Check();
    }

    /// <summary>Whether views interpolate between the image's pixels: a view that shows each of them as it is needs not.</summary>
    public void FilterFrame(bool linear) => _frame.Filter(linear);

    /// <summary>Label at a point of the image; reads one pixel back from the GPU.</summary>
    /// <param name="u">As a share of the image's width, from its left.</param>
    /// <param name="v">Likewise of its height, from its top.</param>
    public unsafe byte LabelAt(float u, float v)
    {
        uint reader = _gl.GenFramebuffer();
        const FramebufferTarget Target = FramebufferTarget.ReadFramebuffer;
        _gl.BindFramebuffer(Target, reader);
        _gl.FramebufferTexture2D(Target, FramebufferAttachment.ColorAttachment0, TextureTarget.Texture2D, Labels, 0);
        byte label;
        _gl.ReadPixels((int)(u * MaskWidth), (int)(v * MaskHeight), 1, 1, PixelFormat.RedInteger, PixelType.UnsignedByte, &label);
        _gl.DeleteFramebuffer(reader);
        _gl.Check();
        return label;
    }

    public void Dispose()
    {
        _refined?.Dispose();
        _refine.Dispose();
        _foreground.Dispose();
        _confidence.Dispose();
        _labels.Dispose();
        _frame.Dispose();
    }
}
