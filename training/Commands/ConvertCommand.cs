using System.CommandLine;
using System.Globalization;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Networks.Classifiers;
using RealtimeSeg.Training.Runs;
using Row = RealtimeSeg.Core.Shell.OptionRows<RealtimeSeg.Training.Commands.ConvertSettings>;

namespace RealtimeSeg.Training.Commands;

/// <summary>The command line of <c>convert</c>.</summary>
internal sealed record ConvertSettings
{
    /// <summary>Whether an existing model may be replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Of the new network.</summary>
    public int Classes { get; init; } = 21;

    public string Net { get; init; } = "fcn8s";

    /// <summary>Seed of the new layers.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The tensor that the body ends with; null for the last feature map.</summary>
    public string? Features { get; init; }

    /// <summary>Between the body and the new layers.</summary>
    public string Neck { get; init; } = BodyChoice.NoNeck;

    /// <summary>What the file expects.</summary>
    public InputScaling Input { get; init; } = InputScaling.ImageNet;
}

/// <summary>
/// <c>convert</c>: a classifier's file, or the body of another network, becomes a fully convolutional network (FCN paper, section 3.1),
/// with a proof.
/// </summary>
internal static class ConvertCommand
{
    internal static IReadOnlyList<OptionRow<ConvertSettings>> Rows { get; } =
    [
        Overwriting.Row<ConvertSettings>(s => s with { Overwrite = true }),
        Row.Value("--classes", "Classes of the new network", s => s.Classes, (s, v) => s with { Classes = v },
            new Limit<int>(v => v is >= 2 and <= 255, "a label is one byte and 255 is ignored, so choose 2 to 255")),
        Row.Value("--net", string.Join(", ", Fcn.Strides.Keys), s => s.Net, (s, v) => s with { Net = v }),
        Row.Value("--features", "The tensor that the body ends with [default: the last feature map]",
            s => s.Features, (s, v) => s with { Features = v }),
        Row.Value("--neck", $"{BodyChoice.NoNeck}, or {BodyChoice.PyramidNeck}: a feature pyramid over the body",
            s => s.Neck, (s, v) => s with { Neck = v }),
        Row.Value("--seed", "Seed of the new layers", s => s.Seed, (s, v) => s with { Seed = v }),
        ScalingOptions.Color<ConvertSettings>(s => s.Input, (s, v) => s with { Input = v }),
        ScalingOptions.Mean<ConvertSettings>(s => s.Input, (s, v) => s with { Input = v }),
        ScalingOptions.Deviation<ConvertSettings>(s => s.Input, (s, v) => s with { Input = v }),
    ];

    public static Command Create()
    {
        Argument<string> from = new("classifier") { Description = "The .onnx file of a classifier or another network" };
        Argument<string> to = new("model") { Description = "The .onnx file to write" };
        OptionTable<ConvertSettings> options = new(new ConvertSettings(), Rows);
        Command c = new("convert", "Turn a classifier, or the body of another network, into a fully convolutional network.") { from, to };
        options.AddTo(c);
        c.SetAction(p =>
        {
            Run(p.GetValue(from)!, p.GetValue(to)!, options.Read(p));
            return 0;
        });
        return c;
    }

    private static void Run(string from, string to, ConvertSettings s)
    {
        OutputName.Check([to], [from], s.Overwrite);
        OutputName.CheckKind(to, "", ".onnx");
        Classifier classifier = OnnxClassifier.Load(from, s.Features);
        if (!Fcn.Strides.TryGetValue(s.Net, out int stride))
            throw new UserError($"no network '{s.Net}': choose one of {string.Join(", ", Fcn.Strides.Keys)}");
        Backbone body = Backbone.Of(Path.GetFileNameWithoutExtension(from), classifier, s.Input).UnderNeck(s.Neck);
        Fcn fcn = new(stride, s.Classes, body);
        ConversionProof.Check(from, classifier, s.Input);
        string name = $"{s.Net}-{body.Name}" + (s.Neck == BodyChoice.NoNeck ? "" : $"-{s.Neck}");
        ModelManifest m = Exporter.Random(fcn, name, s.Seed, to);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{to}: {m.Network}, {m.Parameters:N0} parameters, {s.Classes} classes, {new FileInfo(to).Length / 1e6:F1} MB; "
            + $"its new layers are untrained, so that its masks mean nothing: it is for looking at the graph and for measuring, "
            + $"{BuildInfo.Launcher} bench --model {to}"));
        Console.WriteLine(
            $"to train it, from {from} itself: {BuildInfo.Launcher} train --net {s.Net} "
            + $"--backbone {from}{Given(s)} --data DIR --out runs/NAME");
    }

    /// <summary>The options that <c>train</c> needs too, with a space before each.</summary>
    private static string Given(ConvertSettings s)
    {
        (string Option, string? Value)[] options =
        [
            ("--features", s.Features),
            ("--neck", s.Neck == BodyChoice.NoNeck ? null : s.Neck),
            .. s.Input.Equals(InputScaling.ImageNet) ? [] : ScalingOptions.Texts(s.Input),
        ];
        return string.Concat(options.Where(o => o.Value is not null).Select(o => $" {o.Option} {o.Value}"));
    }
}
