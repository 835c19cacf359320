namespace RealtimeSeg.Training.Networks;

/// <summary>Networks by their names on the command line and in run configurations.</summary>
public static class NetworkNames
{
    private const int FewestClasses = 2, MostClasses = 255;

    public static IReadOnlyList<string> Names { get; } = [.. Fcn.Strides.Keys, DeconvNet.Name];

    /// <param name="net">One of <see cref="Names"/>.</param>
    /// <param name="backbone">The network's body; null for the network's own default.</param>
    /// <param name="classes">2 to 255.</param>
    /// <param name="upsampling">How an FCN enlarges its logits: learned, or fixed bilinear.</param>
    /// <param name="body">What else is chosen of the body; null for the defaults.</param>
    /// <exception cref="UserError">No such network, backbone, upsampling or number of classes.</exception>
    public static INetwork Parse(
        string net,
        string? backbone,
        int classes,
        string upsampling = Fcn.Learned,
        BodyChoice? body = null)
    {
        if (classes is < FewestClasses or > MostClasses)
            throw new UserError($"{classes} classes: a label is one byte and 255 is ignored, so choose {FewestClasses} to {MostClasses}");
        if (upsampling is not (Fcn.Learned or Fcn.Bilinear))
            throw new UserError($"no upsampling '{upsampling}': choose {Fcn.Learned} or {Fcn.Bilinear}");
        backbone ??= DefaultBackbone(net);
        if (net == DeconvNet.Name) return ParseDeconvNet(backbone, classes, body);
        if (!Fcn.Strides.TryGetValue(net, out int stride))
            throw new UserError($"no network '{net}'{Nearest.Hint(net, Names)}: choose one of {string.Join(", ", Names)}");
        return new Fcn(stride, classes, Backbone.Parse(backbone, body), upsampling);
    }

    /// <summary>The backbone of a network if none is named.</summary>
    public static string DefaultBackbone(string net) => net == DeconvNet.Name ? DeconvNet.Compact : Backbone.ResLiteName;

    private static DeconvNet ParseDeconvNet(string backbone, int classes, BodyChoice? body)
    {
        if (body is { Neck: not BodyChoice.NoNeck }) throw new UserError($"--neck is for FCNs: {DeconvNet.Name} has its mirror there");
        if (Backbone.IsFile(backbone))
        {
            Backbone read = Backbone.Parse(backbone, body);
            return new DeconvNet(classes, new DeconvEncoder(read.Name, Body: read));
        }

        if (body is { Features: not null } or { OutputStride: not null } or { Untrained: true })
        {
            throw new UserError("--features, --output-stride and --untrained-body are for the bodies of files: "
                + $"add --backbone FILE{Backbone.FileEnding}");
        }

        if (DeconvNet.Plans.ContainsKey(backbone)) return new DeconvNet(classes, new DeconvEncoder(backbone, body?.Input));
        string hint = Nearest.Hint(backbone, DeconvNet.Plans.Keys);
        throw new UserError($"no backbone '{backbone}' for {DeconvNet.Name}{hint}: choose one of {string.Join(", ", DeconvNet.Plans.Keys)} "
            + $"or a classifier's {Backbone.FileEnding} file");
    }
}
