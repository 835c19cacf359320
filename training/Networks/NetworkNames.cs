using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Training.Networks;

/// <summary>Networks by the names that the command line and run configurations use.</summary>
public static class NetworkNames
{
    public static IReadOnlyList<string> Names { get; } = [.. Fcn.Strides.Keys, DeconvNet.Name];

    /// <param name="net">One of <see cref="Names"/>.</param>
    /// <param name="backbone">What it is built on; null takes the network's own default.</param>
    /// <param name="classes">2 to 255.</param>
    /// <param name="upsampling">How an FCN enlarges its scores: learned, or fixed bilinear.</param>
    /// <param name="input">How a backbone from a file wants its pictures.</param>
    /// <exception cref="UserError">No such network, backbone or number of classes.</exception>
    public static INetwork Parse(string net, string? backbone, int classes, string upsampling = Fcn.Learned, InputScaling? input = null)
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
