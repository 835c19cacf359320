using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>What to throw where the driver refuses something.</summary>
public static class DriverErrors
{
    /// <summary>The error to throw where a call did not do what it should: the context's loss, if that is the cause.</summary>
    /// <param name="gl">The context.</param>
    /// <param name="message">What failed, for the user.</param>
    /// <param name="error">What the driver reported; null if that is still to be asked for.</param>
    public static Exception Refusal(this GL gl, string message, GLEnum? error = null)
        => (error ?? gl.GetError()) == GLEnum.ContextLost ? new ContextLostException() : new UserError(message);
}
