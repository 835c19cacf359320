using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Networks;

/// <summary>
/// Fully convolutional network (Long, Shelhamer and Darrell 2015, section 4.2, figure 3): the deepest features, in the paper at stride 32,
/// are classified; each finer level adds its own logits to the 2× enlarged coarser ones through a learnable transposed convolution that
/// starts as bilinear, or through a fixed bilinear one; the last enlargement is bilinear and fixed, as in the paper. The skips' logits
/// start at zero, so that a finer network begins as the coarser one it was made from.
/// </summary>
/// <param name="FinalStride">32, 16 or 8 as in the paper, or 4; for bodies that stop earlier see <see cref="Features.FinestFor"/>.</param>
/// <param name="Classes">K.</param>
/// <param name="Backbone">The source of the features.</param>
/// <param name="Upsampling"><see cref="Learned"/> or <see cref="Bilinear"/>: how logits are enlarged on the way.</param>
public sealed record Fcn(int FinalStride, int Classes, Backbone Backbone, string Upsampling = Fcn.Learned) : INetwork
{
    public const string Learned = "learned", Bilinear = "bilinear";

    /// <summary>The network without skips.</summary>
    public const string Coarsest = "fcn32s";

    /// <summary>The final stride by the name of the network.</summary>
    public static IReadOnlyDictionary<string, int> Strides { get; } = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        [Coarsest] = FrameInput.Multiple,
        ["fcn16s"] = 16,
        ["fcn8s"] = 8,
        ["fcn4s"] = 4,
    };

    /// <inheritdoc/>
    /// <exception cref="UserError">The backbone has no features that fine.</exception>
    public NetworkOutput Forward(Layers l, Value frame)
    {
        Features features = Backbone.Forward(l, FrameInput.Emit(l.Graph, frame, Backbone.Input), FinalStride);
        int coarsest = features.Coarsest, finest = features.FinestFor(FinalStride);
        Value logits = l.Classify($"{Layers.Score}{coarsest}", features.ByStride[coarsest], Classes); // [N,K,H/coarsest,W/coarsest]
        List<(long, Func<Value>)> coarser = [];
        for (int stride = coarsest / 2; stride >= finest; stride /= 2)
        {
            if (!features.ByStride.TryGetValue(stride, out Value? finer))
                throw new UserError($"{Backbone.Name} has no features at stride {stride}: choose a coarser FCN");
            Value coarse = logits;
            coarser.Add((stride * 2, () => coarse));
            Value enlarged = Enlarged(l, coarse, stride);
            Value own = l.Classify($"{Layers.Score}{stride}", finer, Classes, fromZero: true);
            logits = Elementwise.Add(l.Graph, enlarged, own); // [N,K,H/stride,W/stride]
        }

        return new NetworkOutput(logits, finest, coarser);
    }

    private Value Enlarged(Layers l, Value logits, int stride)
        => Upsampling == Learned ? l.LearnedUpsample($"up{stride}", logits) : Resize.Emit(l.Graph, logits, 2);
}
