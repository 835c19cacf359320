using System.Runtime.CompilerServices;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>OpenGL reports errors in a flag that somebody must read.</summary>
internal static class GlErrors
{
    /// <summary>Throws if a call since the last check failed; what failed is this program's mistake, not the user's.</summary>
    public static void Check(this GL gl, [CallerMemberName] string where = "", [CallerFilePath] string file = "")
    {
        GLEnum error = gl.GetError();
        if (error != GLEnum.NoError) throw new InvalidOperationException($"OpenGL {error} in {Path.GetFileNameWithoutExtension(file)}.{where}");
    }
}
