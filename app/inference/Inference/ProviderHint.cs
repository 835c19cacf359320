namespace RealtimeSeg.Inference;

/// <summary>What was probably meant by a provider that there is not.</summary>
internal static class ProviderHint
{
    /// <summary>Words for a graphics card.</summary>
    private static readonly string[] Cards = ["gpu", "nvidia", "opengl", "amd", "intel", "radeon", "vulkan", "rocm"];

    /// <summary>For a message that begins with "no provider 'text'"; empty if nothing is near.</summary>
    public static string Of(string text)
    {
        if (text.Contains(',', StringComparison.Ordinal)) return " (name one; auto tries several)";
        return Cards.Contains(text, StringComparer.OrdinalIgnoreCase)
            ? " (graphics cards: gl for any, cuda or tensorrt for NVIDIA's)"
            : Nearest.Hint(text, ExecutionProviders.Choices);
    }
}
