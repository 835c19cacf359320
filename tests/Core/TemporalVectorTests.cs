using CsCheck;
using RealtimeSeg.Core.Temporal;
using Xunit;

namespace RealtimeSeg.Tests.Core;

/// <summary>Whole rows of pixels, which vectors take, follow the rules for single ones.</summary>
public sealed class TemporalVectorTests
{
    private const int Frames = 6;

    /// <summary>Frames of labels of few classes, and of confidences and stillness, for an odd number of pixels.</summary>
    private static readonly Gen<(byte[][] Labels, byte[][] Sure, bool[][] Still)> Sequences = Gen.Int[1, 90].SelectMany(pixels
        => Gen.Select(
            Gen.Byte[0, 2].Array[pixels].Array[Frames], Gen.Byte.Array[pixels].Array[Frames], Gen.Bool.Array[pixels].Array[Frames]));

    /// <summary>A width, an image's bytes, and how each pixel changes.</summary>
    private static readonly Gen<(int Width, byte[] Bytes, int[] Moves)> Images = Gen.Select(Gen.Int[1, 45], Gen.Int[1, 9]).SelectMany(
        (width, height) => Gen.Select(Gen.Const(width), Gen.Byte.Array[width * height * 3], Gen.Int[0, 400].Array[width * height]));

    [Fact]
    public void Votes_of_many_pixels_are_those_of_each_alone()
        => Gen.Select(Sequences, Gen.Float[0.05f, 1]).Sample((frames, strength) =>
        {
            TemporalSmoother whole = new(strength);
            TemporalSmoother[] alone = [.. frames.Labels[0].Select(_ => new TemporalSmoother(strength))];
            for (int f = 0; f < Frames; f++)
            {
                byte[] labels = [.. frames.Labels[f]], sure = [.. frames.Sure[f]];
                whole.Apply(frames.Still[f], labels, sure);
                for (int i = 0; i < labels.Length; i++)
                {
                    byte[] label = [frames.Labels[f][i]], confidence = [frames.Sure[f][i]];
                    alone[i].Apply([frames.Still[f][i]], label, confidence);
                    Assert.Equal((label[0], confidence[0]), (labels[i], sure[i]));
                }
            }
        });

    [Fact]
    public void Flicker_of_many_pixels_counts_each()
        => Gen.Select(Sequences, Gen.Int[1, 4]).Sample((frames, ignoreFrom) =>
        {
            FlickerMeter meter = new();
            int still = 0, changed = 0;
            for (int f = 0; f < Frames; f++)
            {
                meter.Add(frames.Still[f], frames.Labels[f], ignoreFrom);
                for (int i = 0; f > 0 && i < frames.Labels[f].Length; i++)
                {
                    (byte now, byte before) = (frames.Labels[f][i], frames.Labels[f - 1][i]);
                    if (!frames.Still[f][i] || now >= ignoreFrom || before >= ignoreFrom) continue;
                    still++;
                    if (now != before) changed++;
                }
            }

            Assert.Equal(still == 0 ? 0 : changed / (double)still, meter.Flicker);
        });

    /// <summary>Differences just above and below the noise, in any channel, on images of odd widths.</summary>
    [Fact]
    public void Motion_of_many_pixels_is_that_of_each_and_its_neighbours()
        => Images.Sample((width, first, moves) =>
        {
            byte[] second = [.. first];
            for (int i = 0; i < moves.Length; i++) Move(second.AsSpan(3 * i, 3), moves[i]);
            MotionMask motion = new();
            motion.Update(first, width);
            bool[] still = motion.Update(second, width).ToArray();
            int Difference(int pixel) => Enumerable.Range(3 * pixel, 3).Sum(c => Math.Abs(first[c] - second[c]));
            bool[] moved = [.. Enumerable.Range(0, still.Length).Select(i => Difference(i) > 36)];
            for (int i = 0; i < still.Length; i++) Assert.Equal(!MovesNear(moved, width, i), still[i]);
        });

    /// <summary>Now and then changes a pixel, by about as much as noise may.</summary>
    private static void Move(Span<byte> pixel, int move)
    {
        if (move is < 20 or > 50) return;
        int each = move / 3;
        for (int c = 0; c < 3; c++)
        {
            int by = c == 0 ? move - (2 * each) : each;
            pixel[c] = (byte)(pixel[c] > 127 ? pixel[c] - by : pixel[c] + by);
        }
    }

    /// <summary>By the two passes as they are described: along the row, whose ends run on into the next, then across.</summary>
    private static bool MovesNear(bool[] moved, int width, int at)
    {
        for (int dy = -2; dy <= 2; dy++)
        {
            int row = at + (dy * width);
            if (row < 0 || row >= moved.Length) continue;
            for (int i = Math.Max(0, row - 2); i <= Math.Min(moved.Length - 1, row + 2); i++)
            {
                if (moved[i]) return true;
            }
        }

        return false;
    }
}
