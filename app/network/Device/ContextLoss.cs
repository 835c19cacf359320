namespace RealtimeSeg.Network.Device;

/// <summary>Why a driver lost an OpenGL context.</summary>
public enum ContextLoss
{
    /// <summary>By commands of this context, such as a shader that ran too long.</summary>
    Guilty,

    /// <summary>By another program, or another context.</summary>
    Innocent,

    /// <summary>The driver does not tell.</summary>
    Unknown,
}

/// <summary>The driver has lost the context: nothing that was drawn in it is left, and nothing more can be drawn.</summary>
public sealed class ContextLostException : Exception
{
    public ContextLostException() : this(ContextLoss.Unknown) { }

    public ContextLostException(ContextLoss loss) : base("the OpenGL context was lost") => Loss = loss;

    /// <summary>Why.</summary>
    public ContextLoss Loss { get; }
}
