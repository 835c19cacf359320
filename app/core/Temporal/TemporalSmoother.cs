namespace RealtimeSeg.Core.Temporal;

/// <summary>
/// Smooths the class of each pixel over time by confidence votes: each frame adds its confidence to the class that holds the pixel, or
/// subtracts it for another class; when the votes are used up, the other class takes over. The number of votes is limited, so that a
/// lasting change comes through after a few frames; where the image moves it comes through at once, so that nothing leaves a ghost.
/// </summary>
/// <param name="strength">0 changes nothing; 1 lets a class resist about eight frames of equal confidence.</param>
public sealed class TemporalSmoother(float strength)
{
    private const float MostFrames = 8;
    private readonly ushort _cap = (ushort)(255 * MostFrames * strength);
    private byte[] _labels = [];
    private ushort[] _votes = [];

    /// <summary>Replaces labels (and the confidence where another class was kept) by the smoothed ones.</summary>
    /// <param name="still">Pixels that look as in the frame before, by <see cref="MotionMask"/>.</param>
    /// <param name="labels">Class of each pixel; changed in place.</param>
    /// <param name="confidence">Its probability in 0–255; changed in place.</param>
    public void Apply(ReadOnlySpan<bool> still, Span<byte> labels, Span<byte> confidence)
    {
        if (strength <= 0) return;
        if (_labels.Length != labels.Length)
        {
            _labels = labels.ToArray();
            _votes = new ushort[labels.Length];
            for (int i = 0; i < labels.Length; i++) _votes[i] = confidence[i];
            return;
        }

        Span<byte> held = _labels;
        Span<ushort> votes = _votes;
        for (int i = 0; i < labels.Length; i++)
        {
            if (!still[i] || (labels[i] != held[i] && votes[i] < confidence[i]))
            {
                held[i] = labels[i];
                votes[i] = confidence[i];
            }
            else if (labels[i] == held[i])
            {
                votes[i] = (ushort)Math.Min(_cap, votes[i] + confidence[i]);
            }
            else
            {
                votes[i] -= confidence[i];
                labels[i] = held[i];
                confidence[i] = (byte)Math.Min((int)confidence[i], 255 - confidence[i]); // the held class is at best the runner-up
            }
        }
    }
}
