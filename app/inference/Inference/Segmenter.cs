using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx.ThirdParty;
using RealtimeSeg.Frames;
using RealtimeSeg.Network.Device;

namespace RealtimeSeg.Inference;

/// <summary>
/// An exported model, ready to label images: a program has them as pixels (<see cref="Segment"/>), the app in slots, which one thread at a
/// time labels. It is unloaded when its owner and the last slot that is bound to it have let go.
/// </summary>
public sealed class Segmenter : IFrameModel, IDisposable
{
    /// <summary>ONNX Runtime throws what it would also print.</summary>
    internal const OrtLoggingLevel Silent = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;

    /// <summary>1 once native libraries have their settings.</summary>
    private static int _isSettled;

    private readonly InferenceSession? _session;
    private readonly Lazy<GlLabeller>? _ownShaders;
    private readonly RunOptions _run = new() { LogSeverityLevel = Silent };
    private readonly ThirdPartyModel? _thirdParty;
    private readonly ThirdPartyRunner? _runner;
    private readonly float? _scorePitch;

    /// <summary>Those who keep it loaded: its owner, slots, and whoever is labelling; 0 once it is unloaded.</summary>
    private int _users = 1;

    private readonly TaskCompletionSource _unloaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isRetired;
    private bool _disposed;

    private readonly Lock _pixelLock = new();

    /// <summary>For callers that have pixels and no slot; made when the first one comes.</summary>
    private PixelLabeller? _pixels;

    internal Segmenter(string name, OpenedSession opened, int threads, ModelManifest manifest, ThirdPartyModel? thirdParty = null)
    {
        (Name, _session, Provider, Threads, Manifest) = (name, opened.Session, opened.Provider, threads, manifest);
        if (opened.EndsWithScores) _scorePitch = manifest.ScorePitch;
        _thirdParty = thirdParty;
        if (thirdParty is not null) _runner = new ThirdPartyRunner(opened.Session, thirdParty, name, manifest.Classes.Count);
    }

    internal Segmenter(string name, ShaderModel shaders, int threads, ModelManifest manifest, ThirdPartyModel? thirdParty = null)
    {
        (Name, Shaders, Provider, Threads, Manifest) = (name, shaders, ExecutionProviders.Gl, threads, manifest);
        _thirdParty = thirdParty;
        _ownShaders = new Lazy<GlLabeller>(() => new GlLabeller(shaders));
    }

    /// <summary>The file's name without extension.</summary>
    public string Name { get; }

    /// <summary>Names and colours of classes, by label; working size, scores, origin.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>The provider that runs it, after any fallback.</summary>
    public string Provider { get; }

    /// <summary>Whether it takes images of its working size only.</summary>
    internal bool TakesOneSize => _thirdParty is { TakesOneSize: true };

    /// <summary>What compute shaders run, for whoever draws; null unless <see cref="Provider"/> is gl.</summary>
    internal ShaderModel? Shaders { get; }

    /// <summary>CPU threads that it may use.</summary>
    public int Threads { get; }

    /// <summary>The sides of what it reads are multiples of this.</summary>
    private int Stride => _thirdParty is { TakesOneSize: false } ? ThirdPartyModel.UsualStride : 1;

    /// <summary>
    /// Loads a model of the trainer, or a third-party model as far as it can be read, for images as other programs have them. ONNX Runtime
    /// is told to send nothing home, OpenCV to keep its logs to itself.
    /// </summary>
    /// <param name="path">An .onnx file.</param>
    /// <param name="options">How to run it; null for the best provider that there is, a thread per core and the model's own size.</param>
    /// <param name="report">Receives a line for a fallback to another provider, and on how a third-party model was read.</param>
    /// <returns>The model, which the caller disposes.</returns>
    /// <exception cref="UserError">No file, not ONNX, or neither a manifest nor inputs and outputs that can be read.</exception>
    public static Segmenter Open(string path, SegmenterOptions? options = null, Action<string>? report = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= new SegmenterOptions();
        options.Check();
        if (Interlocked.Exchange(ref _isSettled, 1) == 0) NativeSettings.Apply(); // once: other threads may be reading the environment
        return Load(path, options, report ?? (_ => { }));
    }

    /// <summary>
    /// Labels one image, without regard to others. Any thread may call it; calls of several threads wait for each other. While all
    /// images are of the same size, later calls allocate no managed memory on the CPU, with models of the trainer.
    /// </summary>
    /// <param name="pixels">Rows from the top, pixels from the left, a byte per channel.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="labels">
    /// width·height bytes, row by row without gaps. Receives each pixel's class: an index of <see cref="ModelManifest.Classes"/>, or
    /// <see cref="NetworkFrame.Unlabelled"/> where <see cref="Core.Contract.Fit.Crop"/> leaves pixels out.
    /// </param>
    /// <param name="confidence">Likewise. Receives the probability of that class in 0–255; empty if it is not wanted.</param>
    /// <param name="order">The channels of a pixel.</param>
    /// <param name="stride">Bytes from one row to the next; 0 if there is no gap between them.</param>
    /// <exception cref="ArgumentException">A buffer has not the length that belongs to the size; the message has both.</exception>
    /// <exception cref="UserError">The network cannot be run at this size.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public void SegmentInto(
        ReadOnlySpan<byte> pixels,
        int width,
        int height,
        Span<byte> labels,
        Span<byte> confidence = default,
        PixelOrder order = PixelOrder.Bgr,
        int stride = 0)
    {
        PixelRows image = new(pixels, width, height, order, stride);
        image.CheckMap(labels.Length, nameof(labels));
        if (!confidence.IsEmpty) image.CheckMap(confidence.Length, nameof(confidence));
        lock (_pixelLock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            (_pixels ??= new PixelLabeller(this)).Label(image, labels, confidence);
        }
    }

    /// <summary>The same with buffers of its own.</summary>
    /// <inheritdoc cref="SegmentInto"/>
    public Segmentation Segment(ReadOnlySpan<byte> pixels, int width, int height, PixelOrder order = PixelOrder.Bgr, int stride = 0)
    {
        _ = new PixelRows(pixels, width, height, order, stride); // a wrong size is no reason for large buffers
        Segmentation result = new(width, height, new byte[width * height], new byte[width * height]);
        SegmentInto(pixels, width, height, result.Labels, result.Confidence, order, stride);
        return result;
    }

    /// <inheritdoc cref="ModelLoader.Load"/>
    internal static Segmenter Load(string path, SegmenterOptions options, Action<string> report) => ModelLoader.Load(path, options, report);

    /// <summary>What can be seen to be wrong before anything is loaded.</summary>
    /// <exception cref="UserError">There is no such file, or no such provider.</exception>
    internal static void Check(string path, SegmenterOptions options)
    {
        ExecutionProviders.Check(options.Provider, options.ProviderLibrary);
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new UserError($"no model {path}: train one with '{BuildInfo.Launcher} train' and 'export', or name another with --model");
    }

    /// <summary>The files beside a model that are read when it is loaded; none beside a model of the trainer.</summary>
    internal static IReadOnlyList<string> Sidecars(string path)
        => Sidecar.Files(path) is { Count: > 0 } files && !ModelGraph.IsOwn(path) ? files : [];

    /// <summary>How a frame is brought to the network.</summary>
    /// <param name="slot">The frame.</param>
    /// <param name="size">Working size for this frame instead of the model's own.</param>
    internal FrameGeometry Geometry(FrameSlot slot, (int Width, int Height)? size = null)
        => FrameGeometry.For(slot.Image.Width, slot.Image.Height, size ?? Manifest.Size, Manifest.Fit, Stride);

    /// <summary>Scales the slot's image to the network's size. First use, or another size, binds the slot's buffers.</summary>
    /// <param name="slot">The frame.</param>
    /// <param name="size">Working size for this frame instead of the model's own.</param>
    internal void Fit(FrameSlot slot, (int Width, int Height)? size = null)
    {
        FrameGeometry geometry = Geometry(slot, size);
        if (slot.Binding?.Model != this || slot.Binding.Geometry != geometry) Bind(slot, geometry);
        slot.Binding!.Fit();
    }

    /// <summary>Fills the slot's labels and confidence from its fitted image.</summary>
    /// <exception cref="UserError">The network cannot be run at this size.</exception>
    /// <exception cref="InvalidOperationException">The slot was fitted for another model, or not at all.</exception>
    internal void Infer(FrameSlot slot)
    {
        if (slot.Binding?.Model != this) throw new InvalidOperationException($"the slot is not fitted for {Name}");
        try
        {
            slot.Binding.Infer();
        }
        catch (OnnxRuntimeException e)
        {
            FrameGeometry g = slot.Binding.Geometry;
            string size = $"{g.NetworkWidth}×{g.NetworkHeight}";
            string remedy = TakesOneSize ? "choose another model" : "choose another --size or another model";
            throw new UserError($"{Name} cannot run on {size} pixels ({UserError.OneLine(e)}): {remedy}", e);
        }
    }

    /// <summary>
    /// Runs it once, on a blank image of its working size: some files that load cannot be run. Of shaders, which may need the context
    /// that draws, the plan is made.
    /// </summary>
    /// <exception cref="UserError">This is one of them.</exception>
    internal void Rehearse()
    {
        using FrameSlot slot = Blank();
        if (Shaders is not null)
        {
            FrameGeometry g = Geometry(slot);
            Shaders.Plan(new Size(g.NetworkWidth, g.NetworkHeight));
            return;
        }

        Fit(slot);
        Infer(slot);
    }

    /// <summary>A slot with a black image of its working size; the caller disposes it.</summary>
    internal FrameSlot Blank()
    {
        FrameSlot slot = new();
        slot.Image.Create(Manifest.Size.Height, Manifest.Size.Width, MatType.CV_8UC3);
        slot.Image.SetTo(Scalar.Black);
        return slot;
    }

    /// <summary>Keeps it loaded until <see cref="LetGo"/>; false if it is unloaded already. Called by any thread.</summary>
    internal bool TryKeep()
    {
        int users;
        do
        {
            users = Volatile.Read(ref _users);
            if (users == 0) return false;
        }
        while (Interlocked.CompareExchange(ref _users, users + 1, users) != users);
        return true;
    }

    /// <summary>Ends a <see cref="TryKeep"/>.</summary>
    internal void LetGo()
    {
        if (Interlocked.Decrement(ref _users) > 0) return;
        if (_isRetired) _ = Task.Run(Unload);
        else Unload();
    }

    /// <summary>
    /// The owner lets go in the middle of a run: whoever uses the model last must not wait for its unloading, which takes as long as a
    /// frame or two. The task ends with it.
    /// </summary>
    internal Task Retire()
    {
        _isRetired = true;
        Dispose();
        return _unloaded.Task;
    }

    /// <summary>The owner lets go.</summary>
    public void Dispose()
    {
        lock (_pixelLock)
        {
            if (_disposed) return;
            _disposed = true;
            _pixels?.Dispose();
        }

        LetGo();
    }

    private void Unload()
    {
        try
        {
            _run.Dispose();
            _session?.Dispose();
            if (_ownShaders is { IsValueCreated: true }) _ownShaders.Value.Dispose();
            NativeHeap.GiveBackWhatIsFree();
            // A steady run never fills the oldest generation, which therefore only grows: 7 MB in an hour. This takes 2 ms in the app;
            // nobody knows what it takes in another program, which only disposes.
            if (_isRetired) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
        finally
        {
            _unloaded.SetResult();
        }
    }

    private void Bind(FrameSlot slot, FrameGeometry geometry)
    {
        slot.Binding?.Dispose();
        slot.Binding = null;
        slot.Binding = (_ownShaders, _runner, _scorePitch) switch
        {
            ({ } shaders, _, _) => new ShaderBinding(this, shaders.Value, slot, geometry),
            (_, { } runner, _) => new ThirdPartyBinding(this, runner, _run, slot, geometry),
            (_, _, { } pitch) => new ScoreBinding(this, _session!, _run, slot, geometry, pitch),
            _ => new LabelBinding(this, _session!, _run, slot, geometry),
        };
    }
}
