using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Network.Graphs;

/// <summary>Pools and their reverse.</summary>
internal static class Pools
{
    /// <summary>Cells of a window that are worth a step for its rows and one for its columns: drivers end long loops.</summary>
    private const int Many = 4096;

    /// <summary>X [1,C,H,W] → the largest of each window, and where it was.</summary>
    public static void Max(NodeReader n)
    {
        Map x = n.Image(0);
        (Window w, Map y) = Shapes(n, x);
        bool inTwo = w.Kernel[0] * w.Kernel[1] > Many;
        Map read = x;
        if (inTwo) read = n.Steps.Add(new Step("max-pool", Map.Of(x.Shape.Channels, x.Shape.Height, y.Shape.Width), x)
        {
            Integers = w.OfRow.Numbers,
        });
        n.Add(new Step("max-pool", y, read) { Integers = (inTwo ? w.OfColumn : w).Numbers });
        if (!n.IsRead(1)) return;
        if (inTwo) throw n.Cannot("places of maxima in such large windows");
        if (w.Kernel[0] != w.Stride[0] || w.Kernel[1] != w.Stride[1] || w.Before.Concat(w.Dilation.Select(d => d - 1)).Any(p => p != 0))
            throw n.Cannot("places of maxima are known for windows side by side only");
        n.Bind(new Switches(n.Steps.Add(new Step("max-place", Map.Of(y.Shape.Channels, y.Shape.Height, y.Shape.Width), x)
        {
            Integers = w.Numbers,
        }), x.Dims, w), output: 1);
    }

    /// <summary>X [1,C,H,W] → means of windows.</summary>
    public static void Average(NodeReader n)
    {
        Map x = n.Image(0);
        (Window w, Map y) = Shapes(n, x);
        bool includesPads = n.Int("count_include_pad", 0) != 0;
        n.Bind(w.Kernel[0] * w.Kernel[1] > Many ? InTwo(n, x, y, w, includesPads) : n.Steps.Add(Mean(x, y, w, includesPads)));
    }

    /// <summary>X [1,C,H,W] → [1,C,1,1].</summary>
    public static void GlobalAverage(NodeReader n) => n.Bind(MeanOfAll(n, n.Image(0)));

    /// <summary>The mean of each channel.</summary>
    public static Map MeanOfAll(NodeReader n, Map x)
    {
        Window all = new([x.Shape.Height, x.Shape.Width], [1, 1], [1, 1], [0, 0], [0, 0]);
        return InTwo(n, x, Map.Of(x.Shape.Channels, 1, 1), all, includesPads: false);
    }

    /// <summary>Means of rows, and of these the means of columns: how many cells count is a product, too.</summary>
    private static Map InTwo(NodeReader n, Map x, Map y, Window w, bool includesPads)
    {
        Map rows = n.Steps.Add(Mean(x, Map.Of(x.Shape.Channels, x.Shape.Height, y.Shape.Width), w.OfRow, includesPads));
        return n.Steps.Add(Mean(rows, y, w.OfColumn, includesPads));
    }

    /// <summary>X and switches [1,C,H,W] → values at their places, zeros elsewhere.</summary>
    public static void Unpool(NodeReader n)
    {
        if (n[1] is not Switches switches) throw n.Cannot("its places do not come from a MaxPool");
        Window w = switches.Window;
        if (n.Integers(2) is null && !(n.Ints("kernel_shape").SequenceEqual(w.Kernel.Select(k => (long)k))
            && n.Ints("strides", 1, 1).SequenceEqual(w.Stride.Select(s => (long)s))))
            throw n.Cannot("its windows are not those of the MaxPool");
        long[] dims = n.Integers(2) ?? Enlarged(n.Map(0), switches.Window);
        n.Bind(Unpooled(n, n.Map(0), switches, dims));
    }

    /// <summary>The same as the trainer writes it for other providers: a scatter of flat lists over zeros.</summary>
    public static void Scatter(NodeReader n)
    {
        if (n[0] is not Zeros || n[1] is not Flat { Of: Switches switches } || n[2] is not Flat { Of: Map x })
            throw n.Cannot("it is no unpooling");
        n.Bind(new Flat(Unpooled(n, x, switches, switches.Pooled)));
    }

    private static long[] Enlarged(Map x, Window w)
        => [1, x.Shape.Channels, (long)x.Shape.Height * w.Stride[0], (long)x.Shape.Width * w.Stride[1]];

    private static Map Unpooled(NodeReader n, Map x, Switches switches, long[] dims)
    {
        if (!x.IsImage || x.HasChannelsLast || !x.Dims.SequenceEqual(switches.Places.Dims) || dims.Length != 4 || dims[1] != x.Dims[1])
            throw n.Cannot("its places are another map's");
        // Places count the cells of the map that was pooled: of another width, they would be others.
        if (dims[3] != switches.Pooled[3] || dims[2] != switches.Pooled[2]) throw n.Cannot("it is not to the size that was pooled");
        Map y = new(dims, new MapShape((int)dims[1], (int)dims[2], (int)dims[3]));
        return n.Steps.Add(new Step("unpool", y, x, switches.Places) { Integers = switches.Window.Numbers });
    }

    /// <summary>The sum of a window's cells by the number of those that lie in the map, or in its padding as well if that counts.</summary>
    private static Step Mean(Map x, Map y, Window w, bool includesPads)
    {
        int Before(int axis) => includesPads ? w.Before[axis] : 0;
        int After(int axis) => includesPads ? w.After[axis] : 0;
        return new Step("average-pool", y, x)
        {
            Integers =
            [
                .. w.Numbers, ("firstRow", -Before(0)), ("endRow", x.Shape.Height + After(0)),
                ("firstColumn", -Before(1)), ("endColumn", x.Shape.Width + After(1)),
            ],
        };
    }

    private static (Window Window, Map Result) Shapes(NodeReader n, Map x)
    {
        long[] kernel = n.Ints("kernel_shape");
        if (kernel.Length != 2) throw n.Cannot("it is not two-dimensional");
        Window w = Windowed.Of(n, kernel[0], kernel[1], x.Shape);
        bool up = n.Int("ceil_mode", 0) != 0;
        return (w, Map.Of(x.Shape.Channels, w.Cells(x.Shape.Height, 0, up), w.Cells(x.Shape.Width, 1, up)));
    }
}

/// <summary>Places of maxima: which cell of its window each was.</summary>
/// <param name="Places">The cell's number within the window, row by row.</param>
/// <param name="Pooled">Dimensions of the map that was pooled.</param>
/// <param name="Window">Of the pool.</param>
internal sealed record Switches(Map Places, long[] Pooled, Window Window) : Operand(Places.Dims);

/// <summary>A map that is to be seen as a list.</summary>
internal sealed record Flat(Operand Of) : Operand([Count(Of.Dims)]);

/// <summary>A list of zeros, which nothing stores.</summary>
internal sealed record Zeros(long[] Dims) : Operand(Dims);
