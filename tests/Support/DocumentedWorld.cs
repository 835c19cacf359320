using System.Globalization;
using OpenCvSharp;

namespace RealtimeSeg.Tests.Support;

/// <summary>A folder in which documented commands find what they name: clip, images, data set, runs, classifier, models.</summary>
internal sealed class DocumentedWorld : IDisposable
{
    private const int Images = 6;
    private static readonly string Sample = Path.Combine(Repository.Root, "app", "Assets", "street.mp4");
    private readonly TemporaryFolder _folder = new();

    public DocumentedWorld()
    {
        Directory.CreateDirectory(_folder["app/Assets"]);
        File.Copy(Sample, _folder["app/Assets/street.mp4"]);
        Directory.CreateSymbolicLink(_folder["models"], Path.Combine(Repository.Root, "models"));
        Directory.CreateDirectory(_folder["frames"]);
        using Mat image = new(90, 120, MatType.CV_8UC3, Scalar.All(90));
        for (int i = 0; i < Images; i++) Cv2.ImWrite(_folder[string.Create(CultureInfo.InvariantCulture, $"frames/{i:D6}.png")], image);
    }

    public string Folder => _folder.Path;

    /// <summary>Why a command cannot run here; null if it can.</summary>
    public static string? Missing(string command) => command.Split('\n') switch
    {
        ["live", "0", ..] => "a camera is needed",
        ["live", ..] => "another machine is needed",
        ["test", ..] or ["docs", ..] => "the tests do not start themselves",
        ["train", "reproduce", ..] => "it trains nine networks; MetricTests and ReproduceTests cover its parts",
        _ => null,
    };

    /// <summary>Whether a command takes seconds, and needs nothing trained before it.</summary>
    public static bool IsQuick(string command) => Missing(command) is null && !command.Contains("out/toy.onnx", StringComparison.Ordinal)
        && command.Split('\n') is ["doctor" or "info" or "models" or "replay", ..] or ["bench", "app/Assets/street.mp4", ..]
            or ["data", "sample" or "check", ..] or ["export", "--random", ..] or ["export", "--net", ..];

    /// <summary>The command's arguments with this folder's files in place of those that the docs leave open, cut short.</summary>
    public string[] Localized(string command)
    {
        string[] given = command.Length == 0 ? [] : command.Split('\n');
        string[] arguments = [.. given.Select(a => a == "DIR" ? DataSet() : a == "RUN_A,RUN_B" ? Runs() : a)];
        arguments = [.. arguments.Select(a => a == "TENSOR" ? ClassifierFile.LastFeatures : a == "IMAGES" ? DataSet() + "/val" : a)];
        MakeWhatIsNamed(arguments);
        return Shortened(arguments);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A few steps, a second of video, no window.</summary>
    private static string[] Shortened(string[] arguments) => arguments switch
    {
        ["train", .. { } rest] when !rest.Contains("--bench") && !rest.Contains("--resume")
            => With(With(With(Without(arguments, "--epochs"), "--steps", "3"), "--batch", "1"), "--crop", "96x96"),
        ["replay", .. { } rest] when !rest.Contains("--headless") => [.. With(arguments, "--frames", "8"), "--headless"],
        ["replay" or "bench", ..] => With(arguments, "--frames", "8"),
        _ => arguments,
    };

    private static string[] Without(string[] arguments, string option)
    {
        int at = Array.IndexOf(arguments, option);
        return at < 0 ? arguments : [.. arguments[..at], .. arguments[(at + 2)..]];
    }

    private static string[] With(string[] arguments, string option, string value)
    {
        int at = Array.IndexOf(arguments, option);
        if (at < 0) return [.. arguments, option, value];
        string[] changed = [.. arguments];
        changed[at + 1] = value;
        return changed;
    }

    /// <summary>Models, runs and classifiers that an earlier command of the docs would have left.</summary>
    private void MakeWhatIsNamed(string[] arguments)
    {
        string[] classifier = ["export", "--random", "--net", "classifier", "--backbone", "alexnet", "classifier.onnx"];
        if (arguments is not ["export", ..] && arguments.Contains("classifier.onnx")) Make(classifier);
        if (arguments.Contains("segmenter.onnx")) ClassifierFile.WriteMobile(_folder["segmenter.onnx"], MobileHead.ImagePooling);
        bool readsModel = arguments is ["eval" or "quantize", "out/mine.onnx", ..] or ["data", "label", ..];
        if (readsModel) Make("export", Run("runs/street"), "out/mine.onnx");
        if (arguments is ["eval", _, "out/fast.onnx", ..]) File.Copy(_folder["out/mine.onnx"], _folder["out/fast.onnx"], overwrite: true);
        if (arguments is ["replay", ..] && arguments.Contains("out/toy.onnx")) Make("export", Run("runs/toy"), "out/toy.onnx");
        if (arguments is ["export", "runs/street" or "runs/toy", ..]) Run(arguments[1]);
        if (arguments.Contains("--resume")) Run("runs/street");
        if (arguments.Contains("--qat")) Run("runs/street", "--net", "fcn4s");
    }

    private string DataSet()
    {
        if (!Directory.Exists(_folder["data"]))
        {
            Make("data", "sample", "data", "--frames", "8");
            Directory.CreateSymbolicLink(_folder["data/train"], _folder["data/val"]);
            Directory.CreateSymbolicLink(_folder["data/trainannot"], _folder["data/valannot"]);
        }

        return "data";
    }

    private string Runs() => $"{Run("runs/one")},{Run("runs/two")}";

    /// <summary>A run of two steps.</summary>
    private string Run(string name, params string[] network)
    {
        string[] small = ["--data", "synth", "--steps", "2", "--batch", "1", "--crop", "96x96"];
        if (!Directory.Exists(_folder[name])) Make(["train", .. small, .. network, "--out", name]);
        return name;
    }

    private void Make(params string[] arguments)
    {
        (int code, string output, string error) = Cli.RunIn(Folder, arguments);
        if (code != 0) throw new InvalidOperationException($"{string.Join(' ', arguments)}: {output} {error}");
    }
}
