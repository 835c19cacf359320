using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Temporal;
using RealtimeSeg.Network.Graphs;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>
/// A frame's labels without leaving the GPU: fitted, inferred and smoothed over time by shaders, from the texture of the frame to those of
/// its labels. The context that draws is current. Calls return before the GPU is done, unless they say that they wait.
/// </summary>
public sealed class TextureLabels : IDisposable
{
    /// <summary>Frames after which counts are added up.</summary>
    private const int CollectPeriod = 256;

    private readonly GL _gl;
    private readonly ProgramCache _programs;
    private readonly FramePass _fit, _count;
    private readonly VotePass _vote;
    private readonly GlCounters _classes;
    private readonly GlReadback _readback;
    private readonly bool _follows;
    private ShaderModel? _model;
    private GlNetwork? _network;
    private FrameGeometry _geometry;

    /// <summary>What the network reads now, and read the time before.</summary>
    private GlTexture? _fitted, _before;

    /// <summary>What it gives.</summary>
    private GlTexture? _labels, _confidence, _foreground;

    private bool _votes, _counted;
    private int _frames;

    /// <param name="gl">The context.</param>
    /// <param name="smooth">Strength of the smoothing, 0–1.</param>
    /// <param name="follows">Whether frames follow one another: to be smoothed, or for flicker to be counted.</param>
    /// <exception cref="UserError">The context has no compute shaders, or the driver refuses these.</exception>
    public TextureLabels(GL gl, float smooth, bool follows)
    {
        GlNetwork.Check(gl);
        int groupSize = Driver.Of(gl).GroupSize;
        (_gl, _follows) = (gl, follows);
        _programs = new ProgramCache(gl);
        (_fit, _count) = (new FramePass(gl, "fit", groupSize), new FramePass(gl, "count", groupSize));
        _vote = new VotePass(gl, smooth, groupSize);
        _classes = new GlCounters(gl, 256);
        _readback = new GlReadback(gl);
    }

    /// <summary>Texture of the classes, 8-bit integers.</summary>
    public uint Labels => Result.Id;

    /// <summary>Texture of their probabilities.</summary>
    public uint Confidence => (_votes ? _vote.Confidence : _confidence!).Id;

    /// <summary>Texture with an alpha for each label, in a row: 1 for what counts as <see cref="Foreground"/>; 0 for no texture.</summary>
    public uint Palette { get; set; }

    /// <summary>
    /// Texture of the probability of all these together, as the network gave it, where labels lie at <see cref="Offset"/>; null if the
    /// network gives no scores.
    /// </summary>
    public uint? Foreground => _model is { GivesScores: true } ? _foreground!.Id : null;

    /// <summary>Place of the frame in what the network reads, in pixels; negative if the frame is cropped.</summary>
    public (int X, int Y) Offset => _geometry.Offset;

    /// <summary>Of labels and confidence.</summary>
    public Size Size => Result.Size;

    /// <summary>Programs that are held.</summary>
    public int Programs => _programs.Count;

    /// <summary>Still pixels, and those that changed class. Waits.</summary>
    public FlickerCount Flicker
    {
        get
        {
            _vote.Collect();
            return _vote.Flicker;
        }
    }

    /// <summary>The same of frames that were counted already: all that is left of a context that was lost.</summary>
    public FlickerCount FlickerSoFar => _vote.Flicker;

    private GlTexture Result => _votes ? _vote.Labels : _labels!;

    /// <summary>Forgets all frames so far, for which flicker was counted, too. Waits.</summary>
    public void StartOver() => _vote.StartOver();

    /// <summary>Whether it is prepared for a model and frames of one geometry.</summary>
    public bool IsReady(ShaderModel model, FrameGeometry geometry) => model == _model && geometry == _geometry;

    /// <summary>Makes what a model needs for frames of one geometry.</summary>
    /// <param name="model">Of the next frames.</param>
    /// <param name="geometry">Theirs.</param>
    /// <param name="tell">Receives a line if that takes long.</param>
    /// <exception cref="UserError">It has an operator that cannot be run, or does not fit the GPU.</exception>
    public void Prepare(ShaderModel model, FrameGeometry geometry, Action<string>? tell = null)
    {
        Size read = new(geometry.NetworkWidth, geometry.NetworkHeight);
        NetworkPlan plan = model.Plan(read);
        ShaderModel? before = _model;
        (_model, _geometry) = (null, default); // should this fail, the next frame tries again
        if (model != before)
        {
            _network?.Dispose();
            _network = null;
            _programs.Trim();
        }

        DisposeTextures();
        _network ??= new GlNetwork(_gl, _programs, model.Half, model.TilesFor(Driver.Of(_gl)));
        _network.Prepare(plan, tell);
        (_fitted, _before) = (new(_gl, read, SizedInternalFormat.Rgba8), new(_gl, read, SizedInternalFormat.Rgba8));
        (_labels, _confidence) = (new(_gl, read, SizedInternalFormat.R8ui), new(_gl, read, SizedInternalFormat.R8, linear: true));
        _foreground = new(_gl, read, SizedInternalFormat.R8);
        _votes = _follows || !geometry.IsExact;
        if (_votes) _vote.Prepare(new Size(geometry.Width, geometry.Height));
        (_model, _geometry) = (model, geometry);
    }

    /// <summary>Brings the frame to the size that the network reads.</summary>
    /// <param name="frame">Its texture.</param>
    /// <param name="size">In pixels.</param>
    public void Fit(uint frame, Size size)
    {
        (_fitted, _before) = (_before!, _fitted!);
        GlTexture.Bind(_gl, 2, frame);
        _fitted.BindImage(0, BufferAccessARB.WriteOnly);
        (int x, int y) = _geometry.Offset;
        Size read = _fitted.Size;
        _fit.Run(read, size.Width, size.Height, _geometry.Width, _geometry.Height, x, y, read.Width, read.Height);
    }

    /// <summary>Runs the network on what was fitted.</summary>
    public void Infer()
    {
        _labels!.BindImage(0, BufferAccessARB.WriteOnly);
        _confidence!.BindImage(1, BufferAccessARB.WriteOnly);
        _foreground!.BindImage(2, BufferAccessARB.WriteOnly);
        GlTexture.Bind(_gl, 5, Palette);
        _network!.Run(_fitted!.Id);
        _gl.MemoryBarrier(MemoryBarrierMask.TextureFetchBarrierBit | MemoryBarrierMask.ShaderImageAccessBarrierBit);
    }

    /// <summary>Smooths its labels over time.</summary>
    /// <param name="startsOver">The frame has nothing to do with the one before.</param>
    public void Smooth(bool startsOver)
    {
        if (_votes) _vote.Run(_labels!, _confidence!, _fitted!, _follows && !startsOver ? _before : null, _geometry.Offset);
    }

    /// <summary>Counts the pixels of each class; <see cref="TakeCounts"/> has the result.</summary>
    public void Count()
    {
        Size size = Size;
        GlTexture.Bind(_gl, 4, Labels);
        _classes.Bind();
        _count.Run(size, size.Width, size.Height);
        _counted = true;
    }

    /// <summary>Pixels by class, if they were counted since the last call; empty otherwise. Waits.</summary>
    public ReadOnlySpan<uint> TakeCounts()
    {
        bool counted = _counted;
        _counted = false;
        return counted ? _classes.Take() : [];
    }

    /// <summary>Queues the copy of the labels to memory.</summary>
    public void BeginRead() => _readback.Begin(Result);

    /// <summary>Ends a frame: fetches the labels, if <see cref="BeginRead"/> queued them. Waits.</summary>
    /// <returns>Whether it did.</returns>
    /// <exception cref="UserError">The GPU could not do what it was given.</exception>
    public bool End(Mat labels)
    {
        if (++_frames % CollectPeriod == 0) _vote.Collect();
        bool read = _readback.End(labels);
        ThrowIfFailed();
        return read;
    }

    /// <summary>Does not wait.</summary>
    /// <exception cref="UserError">The driver could not do what it was told since errors were last looked at.</exception>
    public void ThrowIfFailed()
    {
        if (_gl.GetError() is not GLEnum.NoError and GLEnum error)
            throw _gl.Refusal($"provider gl: the driver reports {error} in frame {_frames}: use --provider cpu", error);
    }

    public void Dispose()
    {
        DisposeTextures();
        _network?.Dispose();
        _programs.Dispose();
        _fit.Dispose();
        _count.Dispose();
        _vote.Dispose();
        _classes.Dispose();
        _readback.Dispose();
    }

    private void DisposeTextures()
    {
        _fitted?.Dispose();
        _before?.Dispose();
        _labels?.Dispose();
        _confidence?.Dispose();
        _foreground?.Dispose();
        (_fitted, _before, _labels, _confidence, _foreground) = (null, null, null, null, null);
    }
}
