using System.Runtime.InteropServices;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>Memory of a GPU in groups of four numbers, which shaders write as an image and read as a texture.</summary>
internal sealed unsafe class GlBuffer : IDisposable
{
    /// <summary>Where shaders of <c>shaders/network</c> look for what they write.</summary>
    private const uint ImageUnit = 6;

    private readonly GL _gl;
    private readonly bool _half;

    /// <param name="gl">The context.</param>
    /// <param name="texels">Its length.</param>
    /// <param name="half">Numbers have 16 bits, not 32.</param>
    /// <exception cref="UserError">The driver's textures are too small for it.</exception>
    public GlBuffer(GL gl, int texels, bool half)
    {
        (_gl, _half) = (gl, half);
        Texels = texels;
        int most = gl.GetInteger(GLEnum.MaxTextureBufferSize);
        if (texels > most)
            throw new UserError($"provider gl: the network needs a buffer of {texels} texels, the driver takes {most}: use --provider cpu");
        Buffer = gl.GenBuffer();
        gl.BindBuffer(BufferTargetARB.ShaderStorageBuffer, Buffer);
        gl.BufferData(BufferTargetARB.ShaderStorageBuffer, (nuint)((long)texels * TexelBytes), null, BufferUsageARB.DynamicCopy);
        if (gl.GetError() is not GLEnum.NoError and GLEnum error)
        {
            gl.DeleteBuffer(Buffer);
            throw gl.Refusal(
                $"provider gl: no room for {(long)texels * TexelBytes >> 20} MiB on the GPU ({error}): use --provider cpu", error);
        }

        Texture = gl.GenTexture();
        gl.BindTexture(TextureTarget.TextureBuffer, Texture);
        gl.TexBuffer(TextureTarget.TextureBuffer, Format, Buffer);
    }

    public int Texels { get; }

    /// <summary>Lets shaders write it.</summary>
    public void BindImage() => _gl.BindImageTexture(ImageUnit, Texture, 0, false, 0, BufferAccessARB.WriteOnly, (InternalFormat)Format);

    public uint Buffer { get; }

    public uint Texture { get; }

    private SizedInternalFormat Format => _half ? SizedInternalFormat.Rgba16f : SizedInternalFormat.Rgba32f;

    private int TexelBytes => _half ? 8 : 16;

    public void Write(int start, ReadOnlySpan<float> values)
    {
        if (_half) WriteBytes(start, MemoryMarshal.AsBytes(Halves(values).AsSpan()));
        else WriteBytes(start, MemoryMarshal.AsBytes(values));
    }

    public void Read(int start, Span<float> values)
    {
        if (!_half)
        {
            ReadBytes(start, MemoryMarshal.AsBytes(values));
            return;
        }

        Half[] halves = new Half[values.Length];
        ReadBytes(start, MemoryMarshal.AsBytes(halves.AsSpan()));
        for (int i = 0; i < halves.Length; i++) values[i] = (float)halves[i];
    }

    /// <summary>Takes over what a shorter one holds.</summary>
    public void CopyFrom(GlBuffer shorter)
    {
        _gl.BindBuffer(BufferTargetARB.CopyReadBuffer, shorter.Buffer);
        _gl.BindBuffer(BufferTargetARB.CopyWriteBuffer, Buffer);
        _gl.CopyBufferSubData(GLEnum.CopyReadBuffer, GLEnum.CopyWriteBuffer, 0, 0, (nuint)((long)shorter.Texels * TexelBytes));
    }

    /// <summary>Numbers in 16 bits; those that are too large as the largest.</summary>
    private static Half[] Halves(ReadOnlySpan<float> values)
    {
        Half[] halves = new Half[values.Length];
        for (int i = 0; i < halves.Length; i++) halves[i] = (Half)Math.Clamp(values[i], (float)Half.MinValue, (float)Half.MaxValue);
        return halves;
    }

    private void WriteBytes(int start, ReadOnlySpan<byte> bytes)
    {
        _gl.BindBuffer(BufferTargetARB.ShaderStorageBuffer, Buffer);
        fixed (byte* from = bytes)
            _gl.BufferSubData(BufferTargetARB.ShaderStorageBuffer, (nint)start * TexelBytes, (nuint)bytes.Length, from);
    }

    private void ReadBytes(int start, Span<byte> bytes)
    {
        _gl.BindBuffer(BufferTargetARB.ShaderStorageBuffer, Buffer);
        fixed (byte* to = bytes)
            _gl.GetBufferSubData(BufferTargetARB.ShaderStorageBuffer, (nint)start * TexelBytes, (nuint)bytes.Length, to);
    }

    public void Dispose()
    {
        _gl.DeleteTexture(Texture);
        _gl.DeleteBuffer(Buffer);
    }
}
