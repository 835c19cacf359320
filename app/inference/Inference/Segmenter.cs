using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx.ThirdParty;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Frames;
using RealtimeSeg.Network.Device;
using RealtimeSeg.Network.Graphs;
using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Inference;

/// <summary>
/// An exported model, ready to label frames. Used by one thread at a time. It is unloaded when its owner and the last slot that is bound
/// to it have let go.
/// </summary>
public sealed class Segmenter : IFrameModel, IDisposable
{
    /// <summary>ONNX Runtime throws what it would also print.</summary>
    private const OrtLoggingLevel Silent = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;

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

    private Segmenter(string name, OpenedSession opened, int threads, ModelManifest manifest, ThirdPartyModel? thirdParty = null)
    {
        (Name, _session, Provider, Threads, Manifest) = (name, opened.Session, opened.Provider, threads, manifest);
        if (opened.EndsWithScores) _scorePitch = manifest.ScorePitch;
        _thirdParty = thirdParty;
        if (thirdParty is not null) _runner = new ThirdPartyRunner(opened.Session, thirdParty, name, manifest.Classes.Count);
    }

    private Segmenter(string name, ShaderModel shaders, int threads, ModelManifest manifest, ThirdPartyModel? thirdParty = null)
    {
        (Name, Shaders, Provider, Threads, Manifest) = (name, shaders, ExecutionProviders.Gl, threads, manifest);
        _thirdParty = thirdParty;
        _ownShaders = new Lazy<GlLabeller>(() => new GlLabeller(shaders));
    }

    public string Name { get; }

    public ModelManifest Manifest { get; }

    /// <summary>The provider that runs it, after any fallback.</summary>
    public string Provider { get; }

    /// <summary>Whether it takes images of its working size only.</summary>
    public bool TakesOneSize => _thirdParty is { TakesOneSize: true };

    /// <summary>What compute shaders run, for whoever draws; null unless <see cref="Provider"/> is gl.</summary>
    public ShaderModel? Shaders { get; }

    /// <summary>CPU threads that it may use.</summary>
    public int Threads { get; }

    /// <summary>The sides of what it reads are multiples of this.</summary>
    private int Stride => _thirdParty is { TakesOneSize: false } ? ThirdPartyModel.UsualStride : 1;

    /// <summary>Loads a model of the trainer, or a third-party model as far as it can be read.</summary>
    /// <param name="path">An .onnx file.</param>
    /// <param name="options">How to run it.</param>
    /// <param name="report">Receives a line for a fallback to another provider, and on how a third-party model was read.</param>
    /// <exception cref="UserError">No file, not ONNX, or neither a manifest nor inputs and outputs that can be read.</exception>
    public static Segmenter Load(string path, SegmenterOptions options, Action<string> report)
    {
        Check(path, options);
        if (FileIdentity.IsSpecial(path)) throw new UserError($"{path} is a pipe or a device: name an .onnx file");
        if (options.Provider == ExecutionProviders.Gl) return LoadShaders(path, options, report);
        List<string> passedOver = [];
        OpenedSession opened = Open(path, options, passedOver.Add);
        try
        {
            passedOver.ForEach(report);
            return opened.EndsWithScores || HasContract(opened.Session)
                ? LoadOwn(path, options, opened)
                : LoadThirdParty(path, options, opened, report);
        }
        catch
        {
            opened.Session.Dispose();
            throw;
        }
    }

    /// <summary>What can be seen to be wrong before anything is loaded.</summary>
    /// <exception cref="UserError">There is no such file, or no such provider.</exception>
    public static void Check(string path, SegmenterOptions options)
    {
        ExecutionProviders.Check(options.Provider, options.ProviderLibrary);
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new UserError($"no model {path}: train one with '{BuildInfo.Launcher} train' and 'export', or name another with --model");
    }

    /// <summary>The files beside a model that are read when it is loaded; none beside a model of the trainer.</summary>
    public static IReadOnlyList<string> Sidecars(string path)
        => Sidecar.Files(path) is { Count: > 0 } files && !ModelGraph.IsOwn(path) ? files : [];

    /// <summary>How a frame is brought to the network.</summary>
    /// <param name="slot">The frame.</param>
    /// <param name="size">Working size for this frame instead of the model's own.</param>
    public FrameGeometry Geometry(FrameSlot slot, (int Width, int Height)? size = null)
        => FrameGeometry.For(slot.Image.Width, slot.Image.Height, size ?? Manifest.Size, Manifest.Fit, Stride);

    /// <summary>Scales the slot's image to the network's size. First use, or another size, binds the slot's buffers.</summary>
    /// <param name="slot">The frame.</param>
    /// <param name="size">Working size for this frame instead of the model's own.</param>
    public void Fit(FrameSlot slot, (int Width, int Height)? size = null)
    {
        FrameGeometry geometry = Geometry(slot, size);
        if (slot.Binding?.Model != this || slot.Binding.Geometry != geometry) Bind(slot, geometry);
        slot.Binding!.Fit();
    }

    /// <summary>Fills the slot's labels and confidence from its fitted image.</summary>
    /// <exception cref="UserError">The network cannot be run at this size.</exception>
    /// <exception cref="InvalidOperationException">The slot was fitted for another model, or not at all.</exception>
    public void Infer(FrameSlot slot)
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
    public void Rehearse()
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
    public FrameSlot Blank()
    {
        FrameSlot slot = new();
        slot.Image.Create(Manifest.Size.Height, Manifest.Size.Width, MatType.CV_8UC3);
        slot.Image.SetTo(Scalar.Black);
        return slot;
    }

    /// <summary>Keeps it loaded until <see cref="LetGo"/>; false if it is unloaded already. Called by any thread.</summary>
    public bool TryKeep()
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
    public void LetGo()
    {
        if (Interlocked.Decrement(ref _users) > 0) return;
        if (_isRetired) _ = Task.Run(Unload);
        else Unload();
    }

    /// <summary>
    /// The owner lets go in the middle of a run: whoever uses the model last must not wait for its unloading, which takes as long as a
    /// frame or two. The task ends with it.
    /// </summary>
    public Task Retire()
    {
        _isRetired = true;
        Dispose();
        return _unloaded.Task;
    }

    /// <summary>The owner lets go.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
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
            // A steady run never fills the oldest generation, which therefore only grows: 7 MB in an hour. This takes 2 ms.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
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

    private static OpenedSession Open(string path, SegmenterOptions options, Action<string> report)
    {
        SessionOptions Configure()
        {
            SessionOptions o = new()
            {
                LogSeverityLevel = Silent,
                IntraOpNumThreads = options.ThreadCount,
            };
            // Threads that spin between runs would take the cores that capture and software rendering need.
            o.AddSessionConfigEntry("session.intra_op.allow_spinning", options.Spin ? "1" : "0");
            return o;
        }

        try
        {
            using FileStream readable = File.OpenRead(path); // ONNX Runtime would call a file without permission no model
            return ExecutionProviders.Open(ModelGraph.Of(path), Configure, options, report);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"cannot read {path} ({UserError.OneLine(e)}): check its permissions", e);
        }
        catch (OnnxRuntimeException e)
        {
            throw new UserError($"{path} is not an ONNX file that ONNX Runtime can load ({UserError.OneLine(e)})", e);
        }
    }

    /// <summary>Whether a graph has the inputs and outputs that the trainer exports.</summary>
    private static bool HasContract(InferenceSession session)
    {
        bool reads = session.InputMetadata.Count == 1
            && session.InputMetadata.TryGetValue(ModelManifest.FrameInput, out NodeMetadata? input)
            && input.ElementDataType == TensorElementType.UInt8
            && input.Dimensions.Length == 4;
        return reads
            && session.OutputMetadata.ContainsKey(ModelManifest.LabelsOutput)
            && session.OutputMetadata.ContainsKey(ModelManifest.ConfidenceOutput);
    }

    private static Segmenter LoadOwn(string path, SegmenterOptions options, OpenedSession opened)
    {
        ModelManifest manifest = ModelManifest.Parse(() => opened.Session.ModelMetadata.CustomMetadataMap, path);
        return new Segmenter(NameOf(path), opened, options.ThreadCount, Wanted(manifest, options));
    }

    private static Segmenter LoadShaders(string path, SegmenterOptions options, Action<string> report)
    {
        OnnxFile file = OnnxFile.Read(path);
        KernelTiles? Tiles(Driver driver) => TileRace.Kept(driver, options.GlHalf, UserCache.File(TileRace.CacheFile));
        if (ModelGraph.IsOwn(path))
        {
            ModelManifest own = ModelManifest.Parse(file.Metadata, path);
            ShaderModel shaders = new(new NetworkFile(file), own.ScorePitch, options.GlHalf, Tiles);
            return new Segmenter(NameOf(path), shaders, options.ThreadCount, Wanted(own, options));
        }

        // What its file leaves out, types and sizes, ONNX Runtime infers.
        SegmenterOptions cpu = options with { Provider = ExecutionProviders.Cpu, ProviderLibrary = null };
        using InferenceSession session = Open(path, cpu, _ => { }).Session;
        (ThirdPartyModel model, ModelManifest manifest) = ThirdPartyFile.Understand(path, options, session, report);
        ShaderModel wrapped = new(ThirdPartyFile.Graph(file, model, manifest, session), null, options.GlHalf, Tiles);
        return new Segmenter(NameOf(path), wrapped, options.ThreadCount, manifest, model);
    }

    private static ModelManifest Wanted(ModelManifest manifest, SegmenterOptions options)
        => manifest with { Size = options.Size ?? manifest.Size, Fit = options.Fit ?? manifest.Fit };

    private static Segmenter LoadThirdParty(string path, SegmenterOptions options, OpenedSession opened, Action<string> report)
    {
        (ThirdPartyModel model, ModelManifest manifest) = ThirdPartyFile.Understand(path, options, opened.Session, report);
        return new Segmenter(NameOf(path), opened, options.ThreadCount, manifest, model);
    }

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path);
}
