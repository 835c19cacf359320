using System.CommandLine;
using System.Globalization;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Graphics;
using RealtimeSeg.Graphics.Hud;
using RealtimeSeg.Inference;
using RealtimeSeg.Inference.ThirdParty;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;
using RealtimeSeg.Web;

namespace RealtimeSeg.Commands;

/// <summary>The command line of <c>live</c>, <c>replay</c> and <c>bench</c>, and the settings that it makes.</summary>
internal sealed class PipelineOptions
{
    private readonly Argument<string?> _source = new("source") { Description = "Camera (0, /dev/video0), network stream (http://, rtsp://, …), video, picture, folder, \"glob*.jpg\", NAME%06d.png or synth://", Arity = ArgumentArity.ZeroOrOne };
    private readonly Argument<string[]> _outputs = new("outputs") { Description = $"{VideoNames}; FILE.png (last frame), NAME%06d.png or null", Arity = ArgumentArity.ZeroOrMore };

    private readonly Option<string> _model = new("--model") { Description = "Exported .onnx file, or a folder of them: M goes from one to the next", DefaultValueFactory = _ => RunCommand.DefaultModel };
    private readonly Option<string> _provider = new("--provider") { Description = string.Join(", ", ExecutionProviders.Choices), DefaultValueFactory = _ => ExecutionProviders.Auto };
    private readonly Option<int> _threads = new("--threads") { Description = "CPU threads for the network; 0 for one a core" };
    private readonly Option<string> _spin = new("--spin") { Description = "Let idle threads of the network spin: on or off", DefaultValueFactory = _ => "off" };
    private readonly Option<string?> _size = new("--size") { Description = "Working size WxH of the network instead of the model's" };
    private readonly Option<string?> _fit = new("--fit") { Description = "How a picture of another aspect is brought to that size: keep (the network takes the picture's aspect), stretch, letterbox or crop" };
    private readonly Option<double> _targetFps = new("--target-fps") { Description = "Choose the network's size so that so many frames a second are kept up" };
    private readonly Option<int> _maskEvery = new("--mask-every") { Description = "Run the network on every n-th frame only", DefaultValueFactory = _ => 1 };
    private readonly Option<double> _maskFps = new("--mask-fps") { Description = "Run the network at most so often a second" };
    private readonly Option<bool> _skipStill = new("--skip-still") { Description = "Leave the network out while the picture does not change" };
    private readonly Option<float> _smooth;

    private readonly Option<string?> _layout = new("--layout") { Description = "A model of others: nchw or nhwc" };
    private readonly Option<string?> _color = new("--color") { Description = "Its order of channels: rgb or bgr" };
    private readonly Option<string?> _mean = new("--mean") { Description = "Its mean in 0-255, one number or three with commas" };
    private readonly Option<string?> _std = new("--std") { Description = "Its deviation in 0-255, likewise" };
    private readonly Option<string?> _labels = new("--labels") { Description = "Its class names: a file, one a line" };
    private readonly Option<string?> _colors = new("--colors") { Description = "Its class colours: a file, R G B a line" };

    private readonly Option<double?> _fps = new("--fps") { Description = "Frames a second, instead of the source's own" };
    private readonly Option<long> _frames = new("--frames") { Description = "Stop after so many frames" };
    private readonly Option<int> _loop = new("--loop") { Description = "Play a recording so many times; -1 for ever", DefaultValueFactory = _ => 1 };
    private readonly Option<double> _start = new("--start") { Description = "Seconds of a recording to skip" };
    private readonly Option<bool> _realtime = new("--realtime") { Description = "Play a recording at its own pace, also to files" };
    private readonly Option<bool> _noRealtime = new("--no-realtime") { Description = "Play it as fast as it goes, also in a window" };
    private readonly Option<string> _flip = new("--input-flip") { Description = "none, horizontal (as a mirror), vertical or both", DefaultValueFactory = _ => "none" };
    private readonly Option<int?> _width = new("--input-width") { Description = "Picture width to ask a camera for" };
    private readonly Option<int?> _height = new("--input-height") { Description = "Picture height to ask a camera for" };
    private readonly Option<double?> _rate = new("--input-rate") { Description = "The same as --fps" };

    private readonly Option<bool> _headless = new("--headless") { Description = "Render without a window" };
    private readonly Option<string> _vsync = new("--vsync") { Description = "Wait for the display: on or off", DefaultValueFactory = _ => "on" };
    private readonly Option<string> _schedule = new("--schedule") { Description = "What runs at the same time: inline, ahead, pipelined, or auto: what gives this machine the least latency", DefaultValueFactory = _ => "auto" };
    private readonly Option<float> _opacity = new("--opacity") { Description = "Strength of the class colours, 0 to 1", DefaultValueFactory = _ => 0.5f };
    private readonly Option<string> _view = new("--view") { Description = Views.Help, DefaultValueFactory = _ => Views.Default.Name };
    private readonly Option<string?> _show = new("--show") { Description = "Classes that are foreground, such as person,car; all others are left as they are" };
    private readonly Option<string?> _ignore = new("--ignore-class") { Description = "Classes that are never foreground" };
    private readonly Option<string?> _backdrop = new("--backdrop") { Description = "What --view replace puts behind: a picture, a video, or a colour as #RRGGBB" };
    private readonly Option<string> _refine = new("--refine") { Description = "Let the mask's edges follow the picture's: on, off, or auto: where a GPU draws", DefaultValueFactory = _ => "auto" };
    private readonly Option<string> _hud = new("--hud") { Description = "What lies over the picture: full, figures (without the classes) or none", DefaultValueFactory = _ => "full" };

    private readonly Option<string?> _masks = new("--masks") { Description = "Folder for each frame's labels as palette PNGs" };
    private readonly Option<string?> _stats = new("--stats") { Description = "FILE.csv or FILE.jsonl with each frame's class shares" };
    private readonly Option<string?> _codec = new("--codec") { Description = "An encoder of ffmpeg's for video" };
    private readonly Option<int?> _crf = new("--crf") { Description = "Constant quality of video, lower is better" };
    private readonly Option<string?> _bitrate = new("--bitrate") { Description = "Bit rate of video, such as 4M, instead" };
    private readonly Option<bool> _keepAudio = new("--keep-audio") { Description = "Copy a video file's sound" };
    private readonly Option<string?> _json = new("--json") { Description = "Where to write the figures" };
    private readonly Option<string?> _http = new("--http") { Description = "Serve a page with the live picture at ADDRESS:PORT, such as 127.0.0.1:8080" };
    private readonly Option<string?> _httpToken = new("--http-token") { Description = "Secret that the page asks for; needed for any address but this machine's own" };
    private readonly Option<double> _httpFps = new("--http-fps") { Description = "Most pictures a second for the page", DefaultValueFactory = _ => 15 };

    private readonly Mode _mode;

    public PipelineOptions(Mode mode)
    {
        _mode = mode;
        _smooth = new Option<float>("--smooth") { Description = "Steadiness of the classes over time, 0 to 1", DefaultValueFactory = _ => mode.Engine.Labels!.Smooth };
    }

    private static string VideoNames => SinkFactory.VideoNames;

    public void AddTo(Command c)
    {
        c.Add(_source);
        c.Add(_outputs);
        foreach (Option o in (Option[])[_model, _provider, _threads, _spin, _size, _fit, _targetFps, _maskEvery, _maskFps, _skipStill, _smooth, _layout, _color, _mean, _std, _labels, _colors,
            _fps, _frames, _loop, _start, _realtime, _noRealtime, _flip, _width, _height, _rate,
            _headless, _vsync, _schedule, _view, _show, _ignore, _backdrop, _opacity, _refine, _hud,
            _masks, _stats, _codec, _crf, _bitrate, _keepAudio, _json, _http, _httpToken, _httpFps])
            c.Add(o);
    }

    public PipelineSettings Read(ParseResult p)
    {
        string source = p.GetValue(_source) ?? _mode.DefaultSource;
        string[] outputs = p.GetValue(_outputs) ?? [];
        View view = Views.Parse(p.GetValue(_view)!);
        if (p.GetValue(_realtime) && p.GetValue(_noRealtime)) throw new UserError("--realtime and --no-realtime: choose one");
        if (p.GetValue(_width) is null != p.GetValue(_height) is null) throw new UserError("--input-width and --input-height go together");
        if (p.GetValue(_keepAudio) && !File.Exists(source)) throw new UserError($"--keep-audio: {source} is no file with sound");
        (string? backdropFile, int? backdropColor) = p.GetValue(_backdrop) is { } behind ? PipelineSettings.ParseBackdrop(behind) : (null, null);
        return new PipelineSettings
        {
            Source = source,
            Outputs = outputs,
            Model = p.GetValue(_model)!,
            Segmenter = new SegmenterOptions(p.GetValue(_provider)!, p.GetValue(_threads), PipelineSettings.ParseSize(p.GetValue(_size)), OnOff("--spin", p.GetValue(_spin)!), Hints(p), p.GetValue(_fit) is { } fit ? FrameGeometry.ParseFit(fit) : null),
            SourceOptions = new SourceOptions(p.GetValue(_fps) ?? p.GetValue(_rate), p.GetValue(_width) is { } w && p.GetValue(_height) is { } h ? (w, h) : null, p.GetValue(_start), p.GetValue(_loop), p.GetValue(_flip)!),
            Frames = p.GetValue(_frames),
            Paced = p.GetValue(_realtime) ? true : p.GetValue(_noRealtime) ? false : null,
            Headless = p.GetValue(_headless),
            Vsync = OnOff("--vsync", p.GetValue(_vsync)!),
            Schedule = PipelineSettings.ParseSchedule(p.GetValue(_schedule)!),
            Labels = new LabelOptions(p.GetValue(_smooth), _mode == Mode.Bench, p.GetValue(_maskEvery), p.GetValue(_maskFps), p.GetValue(_skipStill), p.GetValue(_targetFps)),
            Render = new RenderOptions
            {
                View = view,
                Show = p.GetValue(_show) is { } shown ? List(shown) : null,
                Ignore = p.GetValue(_ignore) is { } ignored ? List(ignored) : [],
                Backdrop = backdropColor ?? new RenderOptions().Backdrop,
                Opacity = p.GetValue(_opacity),
                Refine = RenderOptions.ParseRefine(p.GetValue(_refine)!),
                Transparent = view.CanBeTransparent && SinkFactory.HoldAlpha(outputs),
                Hud = view.CanBeTransparent && SinkFactory.HoldAlpha(outputs) ? HudDetail.None : RenderOptions.ParseHud(p.GetValue(_hud)!),
            },
            Backdrop = backdropFile,
            Video = new VideoOptions(p.GetValue(_codec), p.GetValue(_crf), p.GetValue(_bitrate), p.GetValue(_keepAudio) ? source : null),
            Masks = p.GetValue(_masks),
            Stats = p.GetValue(_stats),
            Json = p.GetValue(_json),
            Http = p.GetValue(_http) is { } address ? WebAddress.Parse(address, p.GetValue(_httpToken)) : null,
            HttpFps = p.GetValue(_httpFps),
        };
    }

    private ModelHints Hints(ParseResult p) => new()
    {
        Layout = p.GetValue(_layout),
        Color = p.GetValue(_color),
        Mean = Numbers("--mean", p.GetValue(_mean)),
        Std = Numbers("--std", p.GetValue(_std)),
        Labels = p.GetValue(_labels) is { } labels ? Sidecar.LabelsOf(labels) : null,
        Colors = p.GetValue(_colors) is { } colors ? Sidecar.ColorsOf(colors) : null,
    };

    private static float[]? Numbers(string option, string? text)
        => text is null ? null : [.. text.Split(',').Select(t => float.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out float v) && (option != "--std" || v > 0) ? v : throw new UserError($"{option} {text}: give one number or three with commas, in 0–255"))];

    private static string[] List(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool OnOff(string option, string text) => text switch
    {
        "on" => true,
        "off" => false,
        _ => throw new UserError($"{option} {text}: choose on or off"),
    };
}
