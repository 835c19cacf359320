using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Networks;

/// <summary>
/// A top-down path over a body (Lin et al. 2017, "Feature Pyramid Networks"): its coarse features are enlarged and added to its finer
/// ones, so that every pixel's logits depend on its surroundings. The coarsest level also gets the mean over the whole image (Liu et al.
/// 2015, "ParseNet").
/// </summary>
public static class FeaturePyramid
{
    /// <summary>Channels of every level.</summary>
    private const long Width = 48;

    /// <summary>Features of a body → [N,48,H/s,W/s] for each stride s, from its coarsest to <paramref name="finest"/>.</summary>
    public static Features Emit(Layers l, Features body, int finest)
    {
        Dictionary<int, Value> levels = [];
        Value? coarser = null;
        foreach (int stride in body.ByStride.Keys.Where(s => s >= finest).OrderDescending())
        {
            Value own = body.ByStride[stride], lateral = l.ConvBn($"p{stride}.lateral", own, Width, kernel: 1, stride: 1);
            Value around = coarser is null ? Context(l, $"p{stride}.context", own) : Resize.Emit(l.Graph, coarser, 2);
            coarser = Relu.Emit(l.Graph, Elementwise.Add(l.Graph, lateral, around)); // [N,48,H/stride,W/stride]
            if (levels.Count > 0) coarser = l.ConvBnRelu($"p{stride}.mix", coarser, Width);
            levels[stride] = coarser;
        }

        return new Features(levels);
    }

    /// <summary>A vector for the whole image, [N,48,1,1]; zero at first.</summary>
    private static Value Context(Layers l, string name, Value x)
        => l.ConvBias(name, Reduce.Mean(l.Graph, x, [2, 3]), Width, kernel: 1, new ConvGeometry(Stride: 1), Initializers.Zeros);
}
