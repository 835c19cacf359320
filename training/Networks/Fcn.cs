using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Networks;

/// <summary>
/// Fully convolutional network (Long, Shelhamer and Darrell 2015, section 4.2, figure 3): the deepest features are scored at stride
/// 32; each finer level adds its own scores to the 2× enlarged coarser ones through a learnable transposed convolution that starts
/// as bilinear, or through a fixed bilinear one; the last enlargement is bilinear and fixed, as in the paper. The skips' scores start at
/// zero, so that a finer network begins as the coarser one it was made from.
/// </summary>
/// <param name="FinalStride">32, 16 or 8 as in the paper, or 4.</param>
/// <param name="Classes">K.</param>
/// <param name="Backbone">What the features come from.</param>
/// <param name="Upsampling"><see cref="Learned"/> or <see cref="Bilinear"/>: how scores are enlarged on the way.</param>
public sealed record Fcn(int FinalStride, int Classes, Backbone Backbone, string Upsampling = Fcn.Learned) : INetwork
{
    public const string Learned = "learned", Bilinear = "bilinear";
    private const int Coarsest = 32;

    public static IReadOnlyDictionary<string, int> Strides { get; } =
        new Dictionary<string, int>(StringComparer.Ordinal) { ["fcn32s"] = 32, ["fcn16s"] = 16, ["fcn8s"] = 8, ["fcn4s"] = 4 };

    public NetworkOutput Forward(Layers l, Value frame)
    {
        Features features = Backbone.Forward(l, FrameInput.Emit(l.Graph, frame, Backbone.Input), FinalStride);
        if (!features.ByStride.ContainsKey(FinalStride)) throw new UserError($"{Backbone.Name} has no features at stride {FinalStride}: choose a coarser FCN");
        Value scores = l.Classify($"score{Coarsest}", features.ByStride[Coarsest], Classes);
        List<(long, Func<Value>)> coarser = [];
        for (int stride = Coarsest / 2; stride >= FinalStride; stride /= 2)
        {
            Value coarse = scores;
            coarser.Add((stride * 2, () => coarse));
            Value enlarged = Upsampling == Learned ? l.LearnedUpsample($"up{stride}", scores) : Resize.Emit(l.Graph, scores, 2);
            scores = Elementwise.Add(l.Graph, enlarged, l.Classify($"score{stride}", features.ByStride[stride], Classes, fromZero: true));
        }

        return new NetworkOutput(Resize.Emit(l.Graph, scores, FinalStride), coarser);
    }
}
