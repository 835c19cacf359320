using System.Globalization;

namespace RealtimeSeg.Training.Batches;

/// <summary>Random sizes of training images, as factors of the size at which the network sees them in the app.</summary>
public readonly record struct ScaleRange(double Smallest, double Largest)
{
    /// <summary>As on the command line.</summary>
    public const string DefaultText = "0.6-1.7";

    /// <summary>Parsed from <see cref="DefaultText"/>.</summary>
    public static ScaleRange Default { get; } = Parse(DefaultText);

    /// <param name="text">SMALLEST-LARGEST.</param>
    /// <exception cref="UserError">Not two factors, the smaller first, from 0.1 to 10.</exception>
    public static ScaleRange Parse(string text)
    {
        string[] parts = text.Split('-');
        return parts.Length == 2 && Factor(parts[0]) is { } smallest && Factor(parts[1]) is { } largest && smallest <= largest
            ? new ScaleRange(smallest, largest)
            : throw new UserError($"--scale {text}: give SMALLEST-LARGEST, factors from 0.1 to 10, such as {DefaultText}");
    }

    /// <summary>A factor, uniformly distributed.</summary>
    public double Draw(Random random) => Smallest + ((Largest - Smallest) * random.NextDouble());

    private static double? Factor(string text)
    {
        if (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double factor)) return null;
        return factor is >= 0.1 and <= 10 ? factor : null;
    }
}
