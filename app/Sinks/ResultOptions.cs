namespace RealtimeSeg.Sinks;

/// <summary>What is told of each frame, and to whom.</summary>
/// <param name="Target">FILE.jsonl, - for standard output, tcp://HOST:PORT or udp://HOST:PORT; null for nobody.</param>
/// <param name="Simplify">How far a polygon may leave a component's border, in pixels of the frame.</param>
/// <param name="LeastArea">The smallest component that is told, in square pixels of the frame.</param>
public sealed record ResultOptions(string? Target = null, double Simplify = 1, double LeastArea = 64)
{
    public const string Tcp = "tcp://", Udp = "udp://";

    /// <summary>Whether the target is a file.</summary>
    public bool IsFile => Target is not (null or StandardOutputSink.Name) && !IsAddress;

    /// <summary>Whether the target is a program that listens.</summary>
    public bool IsAddress => IsOf(Tcp) || IsOf(Udp);

    private bool IsOf(string scheme) => Target?.StartsWith(scheme, StringComparison.Ordinal) == true;
}
