using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>
/// Something that lives in an OpenGL context, at least in part. What is added to a context (<see cref="IGlContext.Add"/>) is opened again
/// in the one that follows it after a loss. What a user chose stays. Used by the thread that owns OpenGL.
/// </summary>
public interface IContextPart
{
    /// <summary>Lets go of all that lives in the context, which is current and may be lost. Done twice, it does nothing.</summary>
    void Close();

    /// <summary>Makes it in another context. What comes with each frame may come with the next one.</summary>
    /// <exception cref="UserError">The driver refuses something.</exception>
    void Open(GL gl);
}
