using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Tests.Training;

/// <summary>
/// The small FCN of <c>tests/golden/step.py</c>: three convolutions with batch norm, one skip, learned and fixed enlargement, and one
/// auxiliary head. First weights and batches are formulas, so that both sides have them without random numbers.
/// </summary>
internal sealed class GoldenNetwork : INetwork
{
    public const int Side = 32, Images = 2;
    private const int Coarse = 8;

    public int Classes => 5;

    public NetworkOutput Forward(Layers l, Value frame)
    {
        Value x = l.ConvBnRelu("a", FrameInput.Emit(l.Graph, frame), 6, stride: 2);
        Value b = l.ConvBnRelu("b", x, 8, stride: 2);
        Value coarse = l.Classify("score8", l.ConvBnRelu("c", b, 8, stride: 2), Classes);
        Value enlarged = l.LearnedUpsample("up4", coarse), fine = Elementwise.Add(l.Graph, enlarged, l.Classify("score4", b, Classes));
        return new NetworkOutput(fine, 4, [(Coarse, () => coarse)]);
    }

    /// <summary>The first values of the parameter that is declared as number <paramref name="position"/>.</summary>
    public static float[] First(int position, Parameter p)
    {
        if (p.Name == "up4.weight") return p.Initial(0); // bilinear, which the script writes down from the paper
        string kind = p.Name[(p.Name.IndexOf('.', StringComparison.Ordinal) + 1)..];
        float[] values = new float[p.Shape.Count];
        for (int i = 0; i < values.Length; i++)
        {
            double wave = Math.Sin((1.7 * i) + (0.9 * position));
            values[i] = (float)(kind switch
            {
                "weight" => 0.5 * wave,
                "gamma" => 1 + (0.2 * wave),
                "variance" => 1 + (0.3 * wave * wave),
                _ => 0.2 * wave,
            });
        }

        return values;
    }

    /// <summary>The batch of a step.</summary>
    public static void Fill(int step, Span<byte> frame, Span<byte> labels)
    {
        for (long i = 0; i < frame.Length; i++) frame[(int)i] = (byte)(((i * i * 7) + (i * 31) + (step * 57)) % 256);
        for (int i = 0; i < labels.Length; i++) labels[i] = i % 23 == 0 ? (byte)255 : (byte)(((i / 5) + (i / 64) + step) % 5);
    }
}
