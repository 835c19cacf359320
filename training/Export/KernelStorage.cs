namespace RealtimeSeg.Training.Export;

/// <summary>How an exported file stores its kernels. Convolutions are computed in 32-bit floats with each of them.</summary>
public enum KernelStorage
{
    /// <summary>As 32-bit floats.</summary>
    Float,

    /// <summary>As 16-bit floats: half the file.</summary>
    Half,

    /// <summary>Large ones as 8-bit integers and a factor for each output channel: a quarter of the file.</summary>
    Byte,
}
