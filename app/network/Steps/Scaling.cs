namespace RealtimeSeg.Network.Steps;

/// <summary>
/// A convolution of codes multiplied by what 1 stands for: in its map, and in its kernels for each channel. Where the result is
/// quantised again, the division by the new codes' scale becomes part of it: rounded as integer kernels round it.
/// </summary>
/// <param name="Unit">What 1 in the map stands for.</param>
/// <param name="Scales">What 1 in the kernels stands for, of each output channel or of all.</param>
/// <param name="Divisor">What 1 in the result stands for.</param>
public sealed record Scaling(float Unit, Constant Scales, float Divisor = 1) : Pointwise(
    Scales.Length == 1 ? "v * {0}" : "v * (o * {0} / {1})",
    Scales.Length == 1 ? [Unit * Scales.AsFloats[0] / Divisor] : [Unit, Divisor],
    Scales.Length == 1 ? null : Scales,
    Scales.Length == 1 ? Spread.Full : Spread.Channel);
