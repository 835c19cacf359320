using System.Runtime.CompilerServices;
using RealtimeSeg.Network.Device;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>Checks OpenGL's error flag, which is otherwise easily left unread.</summary>
internal static class GlErrors
{
    /// <summary>Throws if a call since the last check failed.</summary>
    /// <exception cref="ContextLostException">The context is lost.</exception>
    /// <exception cref="InvalidOperationException">A call failed: a mistake of this program, not of the user.</exception>
    public static void Check(this GL gl, [CallerMemberName] string member = "", [CallerFilePath] string file = "")
    {
        GLEnum error = gl.GetError();
        if (error == GLEnum.NoError) return;
        if (error == GLEnum.ContextLost) throw new ContextLostException();
        throw new InvalidOperationException($"OpenGL {error} in {Path.GetFileNameWithoutExtension(file)}.{member}");
    }
}
