namespace RealtimeSeg.Commands;

/// <summary>What the figures of a run mean: <c>bench --explain</c>, and docs/outputs.md.</summary>
internal static class Terms
{
    /// <summary>Stages of a frame's way and what is made of them, from where to where each is measured.</summary>
    public static IReadOnlyList<(string Name, string Meaning)> Stages { get; } =
    [
        ("capture", "reading and decoding a frame"),
        ("fit", "the frame is brought to the network's size; with `--provider gl` its way to the card is in it"),
        ("infer", "the network"),
        ("steady", "classes are smoothed over time, flicker is counted"),
        ("upload", "image and mask go to the GPU"),
        ("composite", "the view is drawn, the panel with it"),
        ("present", "window, files and page take the image"),
        ("capture to present", "a frame's whole way, waiting included"),
        ("mask age", "where masks are kept (`--mask-every`, `--mask-fps`, `--skip-still`): how old the mask is when it is shown"),
        ("frame period", "between two frames that were shown"),
    ];

    private static readonly (string Name, string Meaning)[] Figures =
    [
        ("p50, p90, p95, p99", "what 50, 90, 95 and 99 of 100 frames stay below; max: the slowest"),
        ("dropped", "frames that were left out because newer ones came, which happens live only"),
        ("managed bytes", "memory that the program allocates a frame; gen0, gen2: collections of it"),
        ("peak", "the most memory that the program had, resident"),
        ("flicker", "share of the pixels in still parts of the image whose class changed from one frame to the next"),
    ];

    public static void Print()
    {
        foreach ((string name, string meaning) in Stages.Concat(Figures))
        {
            string line = $"{name,-20}{meaning.Replace("`", "", StringComparison.Ordinal)}";
            foreach (string part in Terminal.Wrapped(line, Terminal.Columns ?? Terminal.Usual, indent: 20)) Console.WriteLine(part);
        }
    }
}
