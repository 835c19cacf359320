using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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
    private readonly ushort _cap = MostVotes(strength);
    private byte[] _labels = [];
    private ushort[] _votes = [];

    /// <summary>Votes that a class can have.</summary>
    public static ushort MostVotes(float strength) => (ushort)(255 * MostFrames * strength);

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

        int done = VoteVectors(MemoryMarshal.AsBytes(still), labels, confidence);
        for (int i = done; i < labels.Length; i++) Vote(i, still[i], ref labels[i], ref confidence[i]);
    }

    /// <summary>The rule, for one pixel.</summary>
    private void Vote(int i, bool still, ref byte label, ref byte confidence)
    {
        if (!still || (label != _labels[i] && _votes[i] < confidence))
        {
            _labels[i] = label;
            _votes[i] = confidence;
        }
        else if (label == _labels[i])
        {
            _votes[i] = (ushort)Math.Min(_cap, _votes[i] + confidence);
        }
        else
        {
            _votes[i] -= confidence;
            label = _labels[i];
            confidence = (byte)Math.Min((int)confidence, 255 - confidence); // the held class is at best the runner-up
        }
    }

    /// <summary>The same for whole vectors of pixels; returns how many pixels that were.</summary>
    private int VoteVectors(ReadOnlySpan<byte> still, Span<byte> labels, Span<byte> confidence)
    {
        int i = 0, step = Vector128<byte>.Count;
        Vector256<ushort> cap = Vector256.Create(_cap);
        for (; i + step <= labels.Length; i += step)
        {
            Vector128<byte> label = Vector128.Create<byte>(labels[i..]), sure = Vector128.Create<byte>(confidence[i..]);
            Vector128<byte> held = Vector128.Create<byte>(_labels.AsSpan(i)), same = Vector128.Equals(label, held);
            Vector256<ushort> votes = Vector256.Create<ushort>(_votes.AsSpan(i)), gained = Wide(sure);
            Vector256<ushort> outvoted = Vector256.LessThan(votes, gained);
            Vector128<byte> moving = Vector128.Equals(Vector128.Create(still[i..]), Vector128<byte>.Zero);
            Vector128<byte> taken = moving | (~same & Vector128.Narrow(outvoted.GetLower(), outvoted.GetUpper()));
            Vector128<byte> kept = ~(taken | same);
            Vector256<ushort> confirmed = Vector256.Min(cap, votes + gained);
            Vector256<ushort> after = Vector256.ConditionalSelect(Mask(same), confirmed, votes - gained);
            Vector256.ConditionalSelect(Mask(taken), gained, after).CopyTo(_votes, i);
            label = Vector128.ConditionalSelect(kept, held, label);
            label.CopyTo(_labels, i);
            label.CopyTo(labels[i..]);
            Vector128.ConditionalSelect(kept, Vector128.Min(sure, ~sure), sure).CopyTo(confidence[i..]);
        }

        return i;
    }

    private static Vector256<ushort> Wide(Vector128<byte> bytes)
    {
        (Vector128<ushort> lower, Vector128<ushort> upper) = Vector128.Widen(bytes);
        return Vector256.Create(lower, upper);
    }

    /// <summary>All bits of 16 where all of 8 are set.</summary>
    private static Vector256<ushort> Mask(Vector128<byte> bytes)
    {
        (Vector128<short> lower, Vector128<short> upper) = Vector128.Widen(bytes.AsSByte()); // signed: −1 stays −1
        return Vector256.Create(lower, upper).AsUInt16();
    }
}
