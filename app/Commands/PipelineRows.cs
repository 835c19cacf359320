using System.Globalization;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx.ThirdParty;
using RealtimeSeg.Engine;
using RealtimeSeg.Graphics;
using RealtimeSeg.Inference;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;
using Row = RealtimeSeg.Core.Shell.OptionRows<RealtimeSeg.Commands.PipelineSettings>;

namespace RealtimeSeg.Commands;

/// <summary>
/// Every option of <c>live</c>, <c>replay</c> and <c>bench</c>, a row each: name, help, default, where the value goes, and its range.
/// </summary>
internal static class PipelineRows
{
    private const int HighestRate = 1000, HighestPageRate = 120, HighestCrf = 63, LongestSplit = 100_000;

    private const int SmallestOutput = 16, LargestOutput = 16384;
    private const float LongestFeather = 100;

    private const string Automatic = "auto";

    private static readonly (string, Schedule?)[] Schedules =
        [(Automatic, null), ("inline", Schedule.Inline), ("ahead", Schedule.Ahead), ("pipelined", Schedule.Pipelined)];

    private static readonly (string, Precision)[] Precisions =
        [(Automatic, Precision.Auto), ("float", Precision.Float), ("int8", Precision.Int8), ("named", Precision.AsNamed)];

    private static readonly (string, bool?)[] Automatically = [(Automatic, null), ("on", true), ("off", false)];

    private static readonly OptionRow<PipelineSettings>[] Network =
    [
        Row.Value("--model", "Exported .onnx file, a folder of them, or the name of a bundled one, which 'models' lists; if not given, "
            + "person with --view blur, replace and cutout unless --show is given, else street: the faster one of street and street-int8; "
            + "M goes from one to the next",
            s => s.Model == Bundled.Model && !s.ModelIsNamed ? Bundled.Network : Bundled.NameOf(s.Model), WithModel),
        Row.Word("--precision", "Which file of a network that comes as NAME.onnx and NAME-int8.onnx: auto (the faster one, measured once), "
            + "float, int8, or named (the default with --model FILE)",
            Precisions, s => s.Precision, (s, v) => s with { Precision = v }),
        Row.Value("--provider", "What runs the network: cpu; gl (compute shaders of OpenGL 4.3, on the card that draws); cuda and "
            + "tensorrt (a build for NVIDIA's cards); auto (tensorrt or cuda where they are, gl on a card where it is faster than the CPU, "
            + "but not for third-party models, else cpu)",
            s => s.Segmenter.Provider, (s, v) => s with { Segmenter = s.Segmenter with { Provider = v } }),
        Row.Value("--provider-library", "Shared library of a plug-in provider for ONNX Runtime (OpenVINO's, WebGPU's); --provider names it",
            s => s.Segmenter.ProviderLibrary, (s, v) => s with { Segmenter = s.Segmenter with { ProviderLibrary = v } }),
        Row.Word("--gl-half", "Let provider gl store numbers in 16 bits: on, off, or auto (on for hardware)", Automatically,
            s => s.Segmenter.GlHalf, (s, v) => s with { Segmenter = s.Segmenter with { GlHalf = v } }),
        Row.Value("--threads", "CPU threads for the network; 0 for one per core",
            s => s.Segmenter.Threads, (s, v) => s with { Segmenter = s.Segmenter with { Threads = v } }, Limits.Threads),
        Row.Switch("--spin", "Let idle threads of the network spin: on or off",
            s => s.Segmenter.Spin, (s, v) => s with { Segmenter = s.Segmenter with { Spin = v } }),
        Row.Parsed("--size", "Working size WxH of the network instead of the model's, or as many pixels in the image's aspect (--fit); "
            + "W:H is the same",
            s => s.Segmenter.Size is { } size ? $"{size.Width}x{size.Height}" : null,
            (s, v) => OfFixedSize(s) with { Segmenter = s.Segmenter with { Size = Parse.Size("--size", v) } }),
        Row.Parsed("--fit", "How frames of another aspect are fitted to that size: keep (the network takes the frame's aspect), "
            + "stretch, letterbox or crop",
            s => s.Segmenter.Fit?.ToString().ToLowerInvariant(),
            (s, v) => s with { Segmenter = s.Segmenter with { Fit = FrameGeometry.ParseFit(v) } }),
        Row.Parsed("--target-fps", "Choose the network's size to hold this frame rate: a number, auto (the source's own), "
            + "or 0 for a fixed size",
            s => s.Labels.TargetFps is { } fps ? fps.ToString(CultureInfo.InvariantCulture) : Automatic,
            (s, v) => s with { Labels = s.Labels with { TargetFps = TargetFps(v) } }),
        Row.Value("--mask-every", "Run the network on every n-th frame only",
            s => s.Labels.Every, (s, v) => s with { Labels = s.Labels with { Every = v } }, Limits.AtLeast(1)),
        Row.Value("--mask-fps", "Run the network at most this often per second; 0 for no limit",
            s => s.Labels.MostPerSecond, (s, v) => s with { Labels = s.Labels with { MostPerSecond = v } },
            Limits.Between(0.0, HighestRate)),
        Row.Flag("--skip-still", "Skip the network while the image does not change",
            s => s with { Labels = s.Labels with { SkipStill = true } }),
        Row.Value("--smooth", "Temporal smoothing of the classes, 0 to 1; off for images that are no numbered series, unless it is given",
            s => s.Labels.Smooth, (s, v) => s with { Labels = s.Labels with { Smooth = v, SmoothsAll = true } }, Limits.Between(0f, 1)),
    ];

    private static readonly OptionRow<PipelineSettings>[] ThirdParty =
    [
        Row.Parsed("--layout", "Of a third-party model: nchw or nhwc",
            s => s.Segmenter.Hints?.Layout, (s, v) => Hint(s, h => h with { Layout = v })),
        Row.Parsed("--color", "Its order of channels: rgb or bgr",
            s => s.Segmenter.Hints?.Color, (s, v) => Hint(s, h => h with { Color = v })),
        Row.Parsed("--mean", "Its mean in 0-255, one number or three with commas",
            _ => null, (s, v) => Hint(s, h => h with { Mean = Parse.Channels("--mean", v) })),
        Row.Parsed("--std", "Its standard deviation in 0-255, likewise",
            _ => null, (s, v) => Hint(s, h => h with { Std = Parse.Channels("--std", v, positive: true) })),
        Row.Parsed("--labels", "Its class names: a file, one per line",
            _ => null, (s, v) => Reading(v, Hint(s, h => h with { Labels = Sidecar.LabelsOf(v) }))),
        Row.Parsed("--colors", "Its class colours: a file, R G B per line",
            _ => null, (s, v) => Reading(v, Hint(s, h => h with { Colors = Sidecar.ColorsOf(v) }))),
    ];

    /// <summary>How a model's file is read.</summary>
    public static IReadOnlyList<OptionRow<PipelineSettings>> OfFile { get; }
        = [Array.Find(Network, r => r.Name == "--size")!, .. ThirdParty];

    private static readonly OptionRow<PipelineSettings>[] Source =
    [
        Row.Value<string[]>("--input", "What to read, in place of the first argument; more than once for one after the other (short: -i)",
            _ => null!, (s, v) => s with { HasInputs = true, Source = v[0], MoreSources = v[1..] }, alias: "-i"),
        Row.Parsed("--input-format", $"Of standard input: auto, list (names of images, a line each), {PipeSource.Formats} with the size of "
            + "--input-width and --input-height, or the name of an ffmpeg demuxer, such as mjpeg, mpegts, h264",
            s => s.SourceOptions.Format ?? Automatic,
            (s, v) => s with { SourceOptions = s.SourceOptions with { Format = v == Automatic ? null : v } }),
        Row.Parsed("--fps", "Frames per second, instead of the source's own: a number, or a fraction such as 30000/1001",
            s => s.SourceOptions.FramesPerSecond?.ToString(CultureInfo.InvariantCulture),
            (s, v) => AtRate(s, Parse.Rate("--fps", v, HighestRate))),
        Row.Value("--frames", "Stop after this many frames were shown or written; 0 for no limit",
            s => s.Frames, (s, v) => s with { Frames = v }, Limits.AtLeast(0L)),
        Row.Value("--loop", "Play a recording this many times; -1 to repeat forever",
            s => s.SourceOptions.Times, (s, v) => s with { SourceOptions = s.SourceOptions with { Times = v } },
            new Limit<int>(v => v is SourceOptions.Forever or > 0, "it must be at least 1, or -1 to repeat forever")),
        Row.Value("--start", "Seconds of a recording to skip",
            s => s.SourceOptions.Start, (s, v) => s with { SourceOptions = s.SourceOptions with { Start = v } }, Limits.AtLeast(0.0)),
        Row.Flag("--strict", "Stop at an image of a folder that cannot be read, instead of skipping and reporting it",
            s => s with { SourceOptions = s.SourceOptions with { Strict = true } }),
        Row.Flag("--realtime", "Play a recording at its own rate, also to files", s => AtOwnRate(s, true)),
        Row.Flag("--no-realtime", "Play it as fast as possible, also in a window", s => AtOwnRate(s, false)),
        Row.Word("--input-flip", "none, horizontal (as a mirror), vertical or both", FlippedSource.Words,
            s => s.SourceOptions.Flip, (s, v) => s with { SourceOptions = s.SourceOptions with { Flip = v } }),
        Row.Value("--input-width", "Image width to request from a camera, or of raw images from standard input",
            s => s.SourceOptions.CameraWidth, (s, v) => s with { SourceOptions = s.SourceOptions with { CameraWidth = v } },
            Limits.AtLeast(1).Optional()),
        Row.Value("--input-height", "Image height, likewise",
            s => s.SourceOptions.CameraHeight, (s, v) => s with { SourceOptions = s.SourceOptions with { CameraHeight = v } },
            Limits.AtLeast(1).Optional()),
        Row.Parsed("--input-rate", "The same as --fps, which wins",
            _ => null, (s, v) => AtRate(s, s.SourceOptions.FramesPerSecond ?? Parse.Rate("--input-rate", v, HighestRate))),
    ];

    private static readonly OptionRow<PipelineSettings>[] Display =
    [
        Row.Flag("--headless", "Render without a window", s => s with { Headless = true }),
        Row.Switch("--vsync", "Wait for the display: on or off", s => s.Vsync, (s, v) => s with { Vsync = v }),
        Row.Word("--schedule", "What runs at the same time: inline, ahead, pipelined, or auto (the least latency on this machine)",
            Schedules, s => s.Schedule, (s, v) => s with { Schedule = v }),
        Row.Parsed("--view", Views.Help, s => s.Render.View.Name, (s, v) => s with { Render = s.Render with { View = Views.Parse(v) } }),
        Row.Parsed("--show", "Classes that are foreground, such as person,car; all others stay as they are",
            s => s.Render.Show is { } shown ? string.Join(',', shown) : null,
            (s, v) => s with { Render = s.Render with { Show = Parse.List(v) } }),
        Row.Parsed("--ignore-class", "Classes that are never foreground",
            s => s.Render.Ignore.Count > 0 ? string.Join(',', s.Render.Ignore) : null,
            (s, v) => s with { Render = s.Render with { Ignore = Parse.List(v) } }),
        Row.Parsed("--backdrop", "What --view replace shows behind the foreground: an image, a video, or a colour as #RRGGBB, "
            + "which --view cutout takes, too, in files without transparency",
            _ => null, WithBackdrop),
        Row.Value("--threshold", "Probability from which a pixel is foreground in blur, replace and cutout, 0 to 1: less keeps more",
            s => s.Render.Matte.Threshold, (s, v) => WithMatte(s, m => m with { Threshold = v }), Limits.Between(0f, 1)),
        Row.Value("--feather", "Length of the foreground's edge there in pixels of the image: outwards, or inwards if negative; "
            + "0 for the edge as it is found",
            s => s.Render.Matte.Feather, (s, v) => WithMatte(s, m => m with { Feather = v }),
            Limits.Between(-LongestFeather, LongestFeather)),
        Row.Value("--blur-strength", "How much --view blur blurs: 0 to 5",
            s => s.Render.BlurStrength, (s, v) => s with { Render = s.Render with { BlurStrength = v } }, Limits.Between(0f, 5)),
        Row.Value("--opacity", "Strength of the class colours, 0 to 1",
            s => s.Render.Opacity, (s, v) => s with { Render = s.Render with { Opacity = v } }, Limits.Between(0f, 1)),
        Row.Word("--refine", "Align the mask's edges with the image's: on, off, or auto (on if a GPU draws)", Automatically,
            s => s.Render.Refine, (s, v) => s with { Render = s.Render with { Refine = v } }),
        Row.Parsed("--hud", HudOptions.Help, s => s.Hud.ToString(), (s, v) => s with { Hud = HudOptions.Parse(v) }),
    ];

    private static readonly OptionRow<PipelineSettings>[] Output =
    [
        Row.Value<string[]>("--output", "What to write, beside the arguments; more than once for several outputs (short: -o)",
            _ => null!, (s, v) => s with { NamedOutputs = v }, alias: "-o"),
        Row.Flag("--overwrite", "Replace existing outputs; a file that is read is never one (short: -y)",
            s => s with { Overwrite = true }, alias: "-y"),
        Row.Flag("--no-overwrite", "Refuse existing outputs, which is the default (short: -n)",
            s => s with { KeepsExisting = true }, alias: "-n"),
        Row.Value("--output-width", "Width of finished images; without a height, that of the aspect",
            s => s.Render.OutputWidth, (s, v) => s with { Render = s.Render with { OutputWidth = v } },
            Limits.Between(SmallestOutput, LargestOutput).Optional()),
        Row.Value("--output-height", "Height of finished images; with a width, images of another aspect lie between bars",
            s => s.Render.OutputHeight, (s, v) => s with { Render = s.Render with { OutputHeight = v } },
            Limits.Between(SmallestOutput, LargestOutput).Optional()),
        Row.Choice("--image-format", "Of images in a FOLDER/: png, jpg or webp", ["png", "jpg", "webp"],
            s => s.ImageExtension[1..], (s, v) => s with { ImageExtension = "." + v }),
        Row.Word("--output-format", "Of standard output: mjpeg, bgr24 (raw images) or labels (raw labels, a byte a pixel)",
            [("mjpeg", StreamFormat.Mjpeg), ("bgr24", StreamFormat.Bgr24), ("labels", StreamFormat.Labels)],
            s => s.StreamFormat, (s, v) => s with { StreamFormat = v }),
        Row.Value("--split-every", "Minutes of video after which a file goes on in the next, whose name has the time (%Y%m%d-%H%M%S) "
            + "or a number (%03d) in it",
            s => s.Video.SplitMinutes, (s, v) => s with { Video = s.Video with { SplitMinutes = v } },
            Limits.Positive<double>(LongestSplit).Optional()),
        Row.Parsed("--masks", "Folder for each frame's labels as palette PNGs", s => s.Masks, (s, v) => s with { Masks = v }),
        Row.Parsed("--stats", "FILE.csv or FILE.jsonl for each frame's class shares", s => s.Stats, (s, v) => s with { Stats = v }),
        Row.Parsed("--results", "FILE.jsonl, - (standard output), tcp://HOST:PORT or udp://HOST:PORT for a JSON object per frame: class "
            + "shares, and box, area, centroid, confidence and polygon of each connected part of a class (docs/outputs.md)",
            s => s.Results.Target, (s, v) => s with { Results = s.Results with { Target = v } }),
        Row.Value("--simplify", "How far a polygon of --results may leave the border, in the frame's pixels",
            s => s.Results.Simplify, (s, v) => s with { Results = s.Results with { Simplify = v } }, Limits.AtLeast(0.0)),
        Row.Value("--min-area", "Smallest part that --results tells, in the frame's pixels",
            s => s.Results.LeastArea, (s, v) => s with { Results = s.Results with { LeastArea = v } }, Limits.AtLeast(0.0)),
        Row.Parsed("--codec", "Name of an ffmpeg encoder for video; nvenc, vaapi and qsv stand for h264_nvenc and so on. One of a card "
            + "that does not run here is replaced, with a warning",
            s => s.Video.Codec, (s, v) => s with { Video = s.Video with { Codec = v } }),
        Row.Value("--crf", "Quality of video, 0 to 63: lower is better and larger",
            s => s.Video.Crf, (s, v) => s with { Video = s.Video with { Crf = v } }, Limits.Between(0, HighestCrf).Optional()),
        Row.Parsed("--bitrate", "Bit rate of video, such as 4M, instead of a constant quality",
            s => s.Video.Bitrate, (s, v) => s with { Video = s.Video with { Bitrate = v } }),
        Row.Flag("--keep-audio", "Copy a video file's sound", s => s with { Video = s.Video with { SoundFrom = s.Source } }),
        Row.Parsed("--json", "File for the run's figures", s => s.Json, (s, v) => s with { Json = v }),
        Row.Parsed("--http", "Serve a page with the live image at ADDRESS:PORT, such as 127.0.0.1:8080",
            s => s.HttpAddress, (s, v) => s with { HttpAddress = v }),
        Row.Parsed("--http-token", "Secret that the page asks for; required for any address but this machine's own",
            s => s.HttpToken, (s, v) => s with { HttpToken = v }),
        Row.Value("--http-fps", "Most images per second for the page",
            s => s.HttpFps, (s, v) => s with { HttpFps = v }, Limits.Positive<double>(HighestPageRate)),
    ];

    /// <summary>With their titles, in the order of <c>--help</c>.</summary>
    public static IReadOnlyList<(string Title, IReadOnlyList<OptionRow<PipelineSettings>> Rows)> Groups { get; } =
        [("Model and network", Network), ("Third-party models", ThirdParty), ("Source", Source), ("View", Display), ("Output", Output)];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<OptionRow<PipelineSettings>> All { get; } = [.. Groups.SelectMany(g => g.Rows)];

    /// <summary>A name stands for a network, whichever of its files is faster; a path for that file.</summary>
    private static PipelineSettings WithModel(PipelineSettings s, string text)
    {
        string file = Bundled.ModelOf(text);
        Precision precision = file == text ? Precision.AsNamed : Precision.Auto;
        return s with { Model = file, ModelIsNamed = true, Precision = precision };
    }

    private static PipelineSettings Hint(PipelineSettings s, Func<ModelHints, ModelHints> change)
        => s with { Segmenter = s.Segmenter with { Hints = change(s.Segmenter.Hints ?? new ModelHints()) } };

    private static PipelineSettings WithMatte(PipelineSettings s, Func<MatteOptions, MatteOptions> change)
        => s with { Render = s.Render with { Matte = change(s.Render.Matte) } };

    private static PipelineSettings Reading(string file, PipelineSettings s) => s with { OtherInputs = [.. s.OtherInputs, file] };

    /// <summary>Who names a size means that one, unless --target-fps, which is read later, is given, too.</summary>
    private static PipelineSettings OfFixedSize(PipelineSettings s)
        => s with { Labels = s.Labels with { TargetFps = s.Labels.TargetFps ?? 0 } };

    private static double? TargetFps(string text)
    {
        if (text.Equals(Automatic, StringComparison.OrdinalIgnoreCase)) return null;
        return Parse.Fraction(text) is { } fps and >= 0 and <= HighestRate
            ? fps
            : throw new UserError($"--target-fps {text}: it must be auto, or lie between 0 and {HighestRate}");
    }

    private static PipelineSettings AtRate(PipelineSettings s, double framesPerSecond)
        => s with { SourceOptions = s.SourceOptions with { FramesPerSecond = framesPerSecond } };

    private static PipelineSettings AtOwnRate(PipelineSettings s, bool paced) => s.Paced is null
        ? s with { Paced = paced }
        : throw new UserError("--realtime and --no-realtime: choose one");

    private static PipelineSettings WithBackdrop(PipelineSettings s, string text)
    {
        const string Remedy = "give an image, a video, or a colour as #RRGGBB";
        if (!text.StartsWith('#'))
            return File.Exists(text) ? s with { Backdrop = text } : throw new UserError($"--backdrop {text}: no such file; {Remedy}");
        return text.Length == 7 && int.TryParse(text.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int rgb)
            ? s with { Render = s.Render with { Backdrop = rgb } }
            : throw new UserError($"--backdrop {text}: {Remedy}");
    }
}
