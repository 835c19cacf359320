using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Networks;

/// <summary>Output of a backbone: the last feature map [N,C,H/s,W/s] of each stride s.</summary>
public sealed record Features(IReadOnlyDictionary<int, Value> ByStride)
{
    /// <summary>No network of ours classifies finer features.</summary>
    private const int Finest = 4;

    public int Coarsest => ByStride.Keys.Max();

    /// <summary>
    /// The finest stride that a network uses whose name says <paramref name="named"/>. The names count from features at stride 32: fcn32s
    /// takes the coarsest alone, fcn16s the one before it too, fcn8s two, and fcn4s all down to 4. On a body that stops at 16, they end
    /// at 16, 8, 4 and 4.
    /// </summary>
    public int FinestFor(int named) => Math.Max(Finest, named * Coarsest / FrameInput.Multiple);
}
