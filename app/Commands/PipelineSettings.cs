using RealtimeSeg.Engine;
using RealtimeSeg.Graphics;
using RealtimeSeg.Inference;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;
using RealtimeSeg.Web;

namespace RealtimeSeg.Commands;

/// <summary>A parsed command line; its initial values are the options' defaults.</summary>
internal sealed record PipelineSettings
{
    /// <summary>What is read, or the first of several.</summary>
    public required string Source { get; init; }

    /// <summary>What is read after it.</summary>
    public IReadOnlyList<string> MoreSources { get; init; } = [];

    /// <summary>All that is read, in order.</summary>
    public IReadOnlyList<string> Sources => [Source, .. MoreSources];

    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>Outputs that an option names; part of <see cref="Outputs"/> once the command line is read.</summary>
    public IReadOnlyList<string> NamedOutputs { get; init; } = [];

    /// <summary>Whether an option names what is read: all arguments are outputs then.</summary>
    public bool HasInputs { get; init; }

    /// <summary>An exported .onnx file, or a folder of them.</summary>
    public string Model { get; init; } = Bundled.Model;

    /// <summary>Whether the command line names it.</summary>
    public bool ModelIsNamed { get; init; }

    /// <summary>Which of a network's two files is used.</summary>
    public Precision Precision { get; init; } = Precision.Auto;

    public SegmenterOptions Segmenter { get; init; } = new();
    public LabelOptions Labels { get; init; } = new();
    public SourceOptions SourceOptions { get; init; } = new();

    /// <summary>Number of frames to stop after; 0 for no limit.</summary>
    public long Frames { get; init; }

    /// <summary>Whether a recording plays at its own rate; null for the mode's choice.</summary>
    public bool? Paced { get; init; }

    public bool Headless { get; init; }
    public bool Vsync { get; init; } = true;

    /// <summary>Null for what gives the machine the least latency.</summary>
    public Schedule? Schedule { get; init; }

    public RenderOptions Render { get; init; } = new();

    /// <summary>What lies over the image, output by output.</summary>
    public HudOptions Hud { get; init; } = new();

    /// <summary>An image or video for the backdrop; null for a colour.</summary>
    public string? Backdrop { get; init; }

    /// <summary>Whether outputs may replace existing files.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Whether the command line says that they may not.</summary>
    public bool KeepsExisting { get; init; }

    /// <summary>What images in a folder are stored as.</summary>
    public string ImageExtension { get; init; } = ImageCodec.Extensions[0];

    /// <summary>What goes to standard output.</summary>
    public StreamFormat StreamFormat { get; init; }

    /// <summary>Files that are read besides the source, the model and the backdrop.</summary>
    public IReadOnlyList<string> OtherInputs { get; init; } = [];

    public VideoOptions Video { get; init; } = new();

    /// <summary>Folder for label images.</summary>
    public string? Masks { get; init; }

    /// <summary>File for class shares.</summary>
    public string? Stats { get; init; }

    /// <summary>Classes and components of each frame.</summary>
    public ResultOptions Results { get; init; } = new();

    /// <summary>File for the run's figures.</summary>
    public string? Json { get; init; }

    /// <summary>Where the page is served, as given; <see cref="Http"/> is what it means together with the token.</summary>
    public string? HttpAddress { get; init; }

    public string? HttpToken { get; init; }
    public WebAddress? Http { get; init; }
    public double HttpFps { get; init; } = 15;
}
