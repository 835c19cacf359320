using System.Text;

namespace RealtimeSeg.Network.Steps;

/// <summary>What an invocation makes, in kernels' text: s, the pixel's number and the block's.</summary>
internal static class Sums
{
    public static void Declare(StringBuilder text, int pixels, int blocks)
    {
        for (int b = 0; b < blocks; b++)
        {
            for (int p = 0; p < pixels; p++) text.Append($"vec4 s{p}_{b} = vec4(0.0);\n");
        }
    }

    /// <summary>Stores them from the place that is named cell on, in the blocks of the group.</summary>
    /// <param name="text">Added to.</param>
    /// <param name="pixels">Of the tile.</param>
    /// <param name="blocks">Of the tile.</param>
    /// <param name="guard">A condition by the pixel's number, where some may lie outside.</param>
    public static void Store(StringBuilder text, int pixels, int blocks, Func<int, string>? guard = null)
    {
        for (int b = 0; b < blocks; b++)
        {
            text.Append($"if (group * {blocks} + {b} < outBlocks) {{\n");
            for (int p = 0; p < pixels; p++) text.Append($"{guard?.Invoke(p)}store(s{p}_{b}, group * {blocks} + {b}, cell + {p});\n");
            text.Append("}\n");
        }
    }
}
