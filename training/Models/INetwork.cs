using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Models;

/// <summary>
/// What a network gives: logits [N,K,H',W'], H' and W' the next multiples of 32, and coarser ones by stride, for auxiliary losses. Those
/// are emitted when asked for: heads that only training needs are not in the exported file.
/// </summary>
public sealed record Scores(Value Logits, IReadOnlyList<(long Stride, Func<Value> Logits)> Auxiliary);

/// <summary>A network: one definition for training, evaluation and export.</summary>
public interface INetwork
{
    int Classes { get; }

    /// <summary>frame [N,H,W,3] uint8 BGR → scores of each class.</summary>
    Scores Forward(Layers l, Value frame);
}

/// <summary>Networks by the names that the command line and run configurations use.</summary>
public static class Networks
{
    public static IReadOnlyList<string> Names { get; } = [.. Fcn.Strides.Keys, DeconvNet.Name];

    /// <param name="net">One of <see cref="Names"/>.</param>
    /// <param name="backbone">What it is built on; null takes the network's own default.</param>
    /// <param name="classes">2 to 255.</param>
    /// <param name="upsampling">How an FCN enlarges its scores: learned, or fixed bilinear.</param>
    /// <param name="input">How a backbone from a file wants its pictures.</param>
    /// <exception cref="UserError">No such network, backbone or number of classes.</exception>
    public static INetwork Parse(string net, string? backbone, int classes, string upsampling = Fcn.Learned, Preprocessing? input = null)
    {
        if (classes is < 2 or > 255) throw new UserError($"{classes} classes: a label is one byte and 255 is ignored, so choose 2 to 255");
        if (upsampling is not (Fcn.Learned or Fcn.Bilinear)) throw new UserError($"no upsampling '{upsampling}': choose {Fcn.Learned} or {Fcn.Bilinear}");
        backbone ??= DefaultBackbone(net);
        if (net == DeconvNet.Name)
            return DeconvNet.Plans.ContainsKey(backbone) ? new DeconvNet(classes, backbone) : throw new UserError($"no backbone '{backbone}' for {net}: choose one of {string.Join(", ", DeconvNet.Plans.Keys)}");
        if (!Fcn.Strides.TryGetValue(net, out int stride)) throw new UserError($"no network '{net}': choose one of {string.Join(", ", Names)}");
        return new Fcn(stride, classes, Backbone.Parse(backbone, input), upsampling);
    }

    public static string DefaultBackbone(string net) => net == DeconvNet.Name ? DeconvNet.Compact : Backbone.ResLiteName;
}
