using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>Memory of a GPU in groups of four floats, which shaders write as a buffer and read as a texture.</summary>
internal sealed unsafe class GlBuffer : IDisposable
{
    private const int TexelBytes = 16;
    private readonly GL _gl;

    /// <param name="gl">The context.</param>
    /// <param name="texels">Its length.</param>
    /// <exception cref="UserError">The driver's textures are too small for it.</exception>
    public GlBuffer(GL gl, int texels)
    {
        _gl = gl;
        Texels = texels;
        int most = gl.GetInteger(GLEnum.MaxTextureBufferSize);
        if (texels > most)
            throw new UserError($"provider gl: the network needs a buffer of {texels} texels, the driver takes {most}: use --provider cpu");
        Buffer = gl.GenBuffer();
        gl.BindBuffer(BufferTargetARB.ShaderStorageBuffer, Buffer);
        gl.BufferData(BufferTargetARB.ShaderStorageBuffer, (nuint)texels * TexelBytes, null, BufferUsageARB.DynamicCopy);
        if (gl.GetError() is not GLEnum.NoError and GLEnum error)
        {
            gl.DeleteBuffer(Buffer);
            throw new UserError($"provider gl: no room for {(long)texels * TexelBytes >> 20} MiB on the GPU ({error}): use --provider cpu");
        }

        Texture = gl.GenTexture();
        gl.BindTexture(TextureTarget.TextureBuffer, Texture);
        gl.TexBuffer(TextureTarget.TextureBuffer, SizedInternalFormat.Rgba32f, Buffer);
    }

    public int Texels { get; }

    public uint Buffer { get; }

    public uint Texture { get; }

    public void Write(int start, ReadOnlySpan<float> values)
    {
        _gl.BindBuffer(BufferTargetARB.ShaderStorageBuffer, Buffer);
        fixed (float* from = values)
            _gl.BufferSubData(BufferTargetARB.ShaderStorageBuffer, (nint)start * TexelBytes, (nuint)values.Length * sizeof(float), from);
    }

    public void Read(int start, Span<float> values)
    {
        _gl.BindBuffer(BufferTargetARB.ShaderStorageBuffer, Buffer);
        fixed (float* to = values)
            _gl.GetBufferSubData(BufferTargetARB.ShaderStorageBuffer, (nint)start * TexelBytes, (nuint)values.Length * sizeof(float), to);
    }

    /// <summary>Takes over what a shorter one holds.</summary>
    public void CopyFrom(GlBuffer shorter)
    {
        _gl.BindBuffer(BufferTargetARB.CopyReadBuffer, shorter.Buffer);
        _gl.BindBuffer(BufferTargetARB.CopyWriteBuffer, Buffer);
        _gl.CopyBufferSubData(GLEnum.CopyReadBuffer, GLEnum.CopyWriteBuffer, 0, 0, (nuint)shorter.Texels * TexelBytes);
    }

    public void Dispose()
    {
        _gl.DeleteTexture(Texture);
        _gl.DeleteBuffer(Buffer);
    }
}
