using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>Textures as every pass here uses them: no mipmaps, clamped at the edges.</summary>
internal static class GlTextures
{
    /// <summary>Makes a texture and leaves it bound.</summary>
    /// <param name="gl">The context.</param>
    /// <param name="linear">Interpolate between pixels; integer formats cannot.</param>
    public static uint NewTexture(this GL gl, bool linear)
    {
        uint texture = gl.GenTexture();
        gl.BindTexture(TextureTarget.Texture2D, texture);
        gl.SetFilter(linear);
        int clamp = (int)GLEnum.ClampToEdge;
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureWrapS, clamp);
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureWrapT, clamp);
        return texture;
    }

    /// <summary>Whether the bound texture is interpolated between pixels.</summary>
    public static void SetFilter(this GL gl, bool linear)
    {
        int filter = (int)(linear ? GLEnum.Linear : GLEnum.Nearest);
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureMinFilter, filter);
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureMagFilter, filter);
    }
}
