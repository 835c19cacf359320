namespace RealtimeSeg.Training.Networks.Classifiers.Readers;

/// <summary>
/// Image pooling: a mean over the whole image is repeated to the size of the map beside it, which the file computes from that map's
/// dimensions. What it does with them on the way is not checked, only whose they are: the proof of a conversion compares the results.
/// </summary>
internal static class SizeReaders
{
    /// <summary>The input of Resize that gives its output's size; its factors come before.</summary>
    private const int ResizeSizes = 3;

    /// <summary>Operators on layers that also move dimensions about, besides Concat.</summary>
    private static readonly string[] Shared = ["Unsqueeze", "Squeeze", "Cast", "Identity", "Reshape"];

    public static void Shape(NodeReading n) => Tell(n, n.In());

    /// <summary>Some of a layer's dimensions, with stored numbers between them.</summary>
    public static void Part(NodeReading n) => Tell(n, Size(n, 0, n.Node.Input.Count) ?? throw n.Unknown());

    /// <summary>
    /// Whether a node is about a layer's dimensions, although its operator is used on layers too: joins them with numbers, or gives them
    /// another form. (A Reshape whose second input is made of dimensions reshapes a layer.)
    /// </summary>
    public static bool Joins(NodeReading n) => n.Node.OpType == "Concat"
        ? n.Node.Input.Any(n.Context.Sizes.ContainsKey)
        : Shared.Contains(n.Node.OpType, StringComparer.Ordinal) && n.Context.Sizes.ContainsKey(n.Node.Input[0]);

    public static void Expand(NodeReading n) => Spread(n, Size(n, 1, 1));

    /// <summary>A single cell is the same by every way to enlarge it.</summary>
    public static void Resize(NodeReading n) => Spread(n, Size(n, ResizeSizes, 1));

    private static void Spread(NodeReading n, LayerValue? like)
    {
        if (like is not { } map || !n.In().IsCell) throw n.Cannot("only a single cell can be enlarged, to the size of another layer");
        n.Add(new SpreadLayer(n.Name, n.In().Layer, map.Layer), n.In().C, map.H, map.W);
    }

    private static void Tell(NodeReading n, LayerValue whose) => n.Context.Sizes[n.Node.Output[0]] = whose;

    /// <summary>The layer whose dimensions are among some of a node's inputs.</summary>
    private static LayerValue? Size(NodeReading n, int from, int count)
    {
        foreach (string input in n.Node.Input.Skip(from).Take(count))
        {
            if (n.Context.Sizes.TryGetValue(input, out LayerValue layer)) return layer;
        }

        return null;
    }
}
