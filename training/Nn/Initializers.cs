using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Nn;

/// <summary>Fills a parameter's first values.</summary>
public delegate void Initializer(Span<float> values, Shape shape, Random random);

/// <summary>Initial values of parameters.</summary>
public static class Initializers
{
    public static void Zeros(Span<float> values, Shape shape, Random random) => values.Clear();

    public static void Ones(Span<float> values, Shape shape, Random random) => values.Fill(1);

    /// <summary>Uniform in ±1/√(fan in), LeCun's rule and PyTorch's default for convolutions; weights [M,C,kH,kW].</summary>
    public static void FanIn(Span<float> values, Shape shape, Random random)
        => Uniform(values, 1 / MathF.Sqrt(shape[1] * shape[2] * shape[3]), random);

    /// <summary>Uniform in ±√(6 / fan in) (He et al. 2015): for convolutions that ReLU follows without batch norm.</summary>
    public static void He(Span<float> values, Shape shape, Random random)
        => Uniform(values, MathF.Sqrt(6 / (shape[1] * shape[2] * (float)shape[3])), random);

    /// <summary>Given values, whatever the seed.</summary>
    public static Initializer From(float[] given) => (values, _, _) => given.CopyTo(values);

    /// <summary>The bias that belongs to <see cref="FanIn"/>, for a layer with <paramref name="fanIn"/> inputs per output.</summary>
    public static Initializer BiasFor(long fanIn) => (values, _, random) => Uniform(values, 1 / MathF.Sqrt(fanIn), random);

    /// <summary>Bilinear enlargement, each class on its own (FCN paper, section 3.3): weights [K,K,2f,2f] for stride f.</summary>
    public static void Bilinear(Span<float> values, Shape shape, Random random)
    {
        long k = shape[2];
        float factor = k / 2f, centre = factor - 0.5f;
        values.Clear();
        for (long c = 0; c < shape[0]; c++)
        {
            for (long y = 0; y < k; y++)
            {
                for (long x = 0; x < k; x++)
                {
                    float weight = (1 - (MathF.Abs(y - centre) / factor)) * (1 - (MathF.Abs(x - centre) / factor));
                    values[(int)((((c * shape[1]) + c) * k * k) + (y * k) + x)] = weight;
                }
            }
        }
    }

    private static void Uniform(Span<float> values, float bound, Random random)
    {
        foreach (ref float v in values) v = ((2 * random.NextSingle()) - 1) * bound;
    }
}
