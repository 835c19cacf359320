using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Tests.Support;

/// <summary>The matte of a labelled slot, by the real passes; label 0 is background.</summary>
internal sealed unsafe class MatteStudio : IDisposable
{
    private readonly EglContext _context = new();
    private readonly MaskTextures _mask;
    private readonly PixelUploader _palette;
    private readonly MattePass _pass;
    private readonly uint _vertices;

    /// <param name="options">How.</param>
    /// <param name="cell">Pixels of the mask along a cell's side.</param>
    public MatteStudio(MatteOptions? options = null, int cell = 3)
    {
        GL gl = _context.Gl;
        _vertices = gl.GenVertexArray();
        gl.BindVertexArray(_vertices);
        _mask = new MaskTextures(gl);
        _pass = new MattePass(gl, options ?? new MatteOptions(), cell);
        _palette = new PixelUploader(gl, InternalFormat.Rgba8, PixelFormat.Bgra, linear: false);
        uint[] colours = [0, .. Enumerable.Repeat(uint.MaxValue, 255)];
        fixed (uint* p = colours) _palette.Upload((nint)p, colours.Length, 1);
    }

    /// <summary>Strength of the smoothing over time, 0–1.</summary>
    public float Smooth
    {
        set => _pass.Smooth = value;
    }

    /// <summary>Draws the matte of a slot; its values at the image's size, in 0–255.</summary>
    /// <param name="slot">The frame.</param>
    /// <param name="classes">Number of labels.</param>
    /// <param name="foreground">Whether the slot has the probability of foreground.</param>
    public byte[] Of(FrameSlot slot, int classes = 2, bool foreground = false)
    {
        _mask.Upload(slot, foreground);
        Draw(classes);
        byte[] values = new byte[slot.Image.Width * slot.Image.Height];
        GL gl = _context.Gl;
        gl.BindTexture(TextureTarget.Texture2D, _pass.Matte);
        gl.PixelStore(PixelStoreParameter.PackAlignment, 1);
        fixed (byte* to = values) gl.GetTexImage(TextureTarget.Texture2D, 0, PixelFormat.Red, PixelType.UnsignedByte, to);
        gl.Check();
        return values;
    }

    /// <summary>Draws the matte of the last slot again, and waits for it.</summary>
    public void Draw(int classes = 2)
    {
        _pass.Draw(_mask, _palette.Texture, classes);
        _context.Gl.Finish();
    }

    public void Dispose()
    {
        _pass.Dispose();
        _palette.Dispose();
        _mask.Dispose();
        _context.Gl.DeleteVertexArray(_vertices);
        _context.Dispose();
    }
}
