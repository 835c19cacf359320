using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>
/// Whether the driver has lost a context (OpenGL 4.5, or GL_KHR_robustness). Calls after a loss do nothing and seem to succeed, so that it
/// is asked once per frame. The context is current.
/// </summary>
public sealed class ContextWatch
{
    private const string Extension = "GL_KHR_robustness";
    private readonly GL _gl;
    private readonly ForcedLosses _forced;

    /// <param name="gl">The context.</param>
    /// <param name="forced">Losses that a test asks for; null for those of the environment.</param>
    public ContextWatch(GL gl, ForcedLosses? forced = null)
    {
        (_gl, _forced) = (gl, forced ?? ForcedLosses.OfEnvironment);
        CanTell = HasStatus(gl) && gl.GetInteger(GLEnum.ResetNotificationStrategy) == (int)GLEnum.LoseContextOnReset;
    }

    /// <summary>Whether the driver tells of a loss.</summary>
    public bool CanTell { get; }

    /// <summary>Why the context was lost; null while it lives. A driver tells once: what it told is kept.</summary>
    public ContextLoss? Loss { get; private set; }

    /// <summary>Whether a reset is still going on, before whose end no other context should be opened.</summary>
    public bool IsResetting => CanTell && Status() is not null;

    /// <summary>Asks the driver, which takes less than a microsecond.</summary>
    public ContextLoss? Look() => Loss ??= _forced.Next() ?? (CanTell ? Status() : null);

    private ContextLoss? Status() => (GLEnum)_gl.GetGraphicsResetStatus() switch
    {
        GLEnum.NoError => null,
        GLEnum.GuiltyContextReset => ContextLoss.Guilty,
        GLEnum.InnocentContextReset => ContextLoss.Innocent,
        _ => ContextLoss.Unknown,
    };

    private static bool HasStatus(GL gl)
    {
        (int major, int minor) = (gl.GetInteger(GLEnum.MajorVersion), gl.GetInteger(GLEnum.MinorVersion));
        if ((major, minor).CompareTo((4, 5)) >= 0) return true;
        int count = gl.GetInteger(GLEnum.NumExtensions);
        return Enumerable.Range(0, count).Any(i => gl.GetStringS(StringName.Extensions, (uint)i) == Extension);
    }
}
