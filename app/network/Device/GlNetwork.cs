using System.Diagnostics;
using RealtimeSeg.Network.Graphs;
using RealtimeSeg.Network.Steps;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>
/// A network in compute shaders of an OpenGL 4.3 context, whose thread makes all calls. Programs and weights are kept from one size of the
/// frame to another.
/// </summary>
public sealed class GlNetwork : IDisposable
{
    private readonly GL _gl;
    private readonly WeightMemory _weights, _constants;
    private readonly ProgramCache _programs;
    private readonly bool _ownsPrograms;
    private readonly KernelStyle _style;
    private readonly List<Dispatch> _dispatches = [];
    private GlBuffer? _maps;
    private Action<string>? _tell;
    private TimeSpan _prepared;
    private bool _hasRun = true;

    /// <param name="gl">The context.</param>
    /// <param name="programs">Programs of the context that other networks use as well; null for programs of its own.</param>
    /// <param name="half">Store maps and constants in 16 bits; null for what suits the driver.</param>
    /// <param name="tiles">What invocations of convolutions make; null for what suits the driver.</param>
    /// <exception cref="UserError">The context has no compute shaders.</exception>
    public GlNetwork(GL gl, ProgramCache? programs = null, bool? half = null, KernelTiles? tiles = null)
    {
        (_gl, _programs, _ownsPrograms) = (gl, programs ?? new ProgramCache(gl), programs is null);
        Check(gl);
        _style = Driver.Of(gl).Style(half, tiles);
        (_weights, _constants) = (new WeightMemory(gl, _style.Half), new WeightMemory(gl, half: false));
    }

    /// <summary>Whether a context has what is needed.</summary>
    /// <exception cref="UserError">It has no compute shaders.</exception>
    public static void Check(GL gl)
    {
        (int major, int minor) = (gl.GetInteger(GLEnum.MajorVersion), gl.GetInteger(GLEnum.MinorVersion));
        if ((major, minor).CompareTo((4, 3)) < 0)
            throw new UserError($"provider gl: OpenGL {major}.{minor} has no compute shaders, 4.3 has: use --provider cpu");
    }

    /// <summary>A message about what shaders cannot do, for someone who has the CPU do it already.</summary>
    public static string WithoutRemedy(string message)
    {
        const string Remedy = ": use --provider cpu";
        return message.EndsWith(Remedy, StringComparison.Ordinal) ? message[..^Remedy.Length] : message;
    }

    /// <summary>For which a user waits for the driver without a word.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>From a line on the driver's progress to the next.</summary>
    internal TimeSpan Period { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The plan that is run.</summary>
    public NetworkPlan? Plan { get; private set; }

    /// <summary>Bits of a number in memory.</summary>
    public int Bits => _style.Half ? 16 : 32;

    /// <summary>Programs that were compiled so far.</summary>
    public int Programs => _programs.Count;

    /// <summary>Length of all constants, in groups of four floats.</summary>
    public int WeightTexels => (_weights.Buffer?.Texels ?? 0) + (_constants.Buffer?.Texels ?? 0);

    /// <summary>Makes the dispatches of a plan.</summary>
    /// <param name="plan">To be run.</param>
    /// <param name="tell">Receives lines, on another thread, if the driver takes long to compile them, now or when they first run.</param>
    public void Prepare(NetworkPlan plan, Action<string>? tell = null)
    {
        _dispatches.Clear();
        KernelSource[] kernels =
            [.. plan.Steps.Select(s => new KernelSource(s, plan.Memory, _weights.Place, _constants.Place, KernelFiles.Network, _style))];
        _weights.Upload();
        _constants.Upload();
        if (_maps is null || _maps.Texels < plan.Memory.Texels)
        {
            _maps?.Dispose();
            _maps = null; // there may be no room for more
            _maps = new GlBuffer(_gl, plan.Memory.Texels, _style.Half);
            _maps.Write(0, [0, 0, 0, 0]);
        }

        long began = Stopwatch.GetTimestamp();
        int known = _programs.Count;
        using (CompileNotice notice = new(tell, "the driver compiles shaders", kernels.Length, Patience, Period))
        {
            foreach ((KernelSource kernel, Step step) in kernels.Zip(plan.Steps))
            {
                ComputeProgram program = _programs[KernelFiles.NameOf(step.Kernel), kernel.Text];
                _dispatches.Add(new Dispatch(program, kernel.Integers, kernel.Floats, kernel.Groups));
                notice.Step();
            }
        }

        (_tell, _prepared, _hasRun) = (tell, Stopwatch.GetElapsedTime(began), _programs.Count == known);
        Plan = plan;
    }

    /// <summary>Computes all maps of the plan from a frame. Returns before the GPU has.</summary>
    /// <param name="frame">A texture of the frame's size.</param>
    public void Run(uint frame)
    {
        _maps!.BindImage();
        Bind(0, TextureTarget.TextureBuffer, _maps.Texture);
        if (_weights.Buffer is { } weights) Bind(1, TextureTarget.TextureBuffer, weights.Texture);
        Bind(2, TextureTarget.Texture2D, frame);
        if (_constants.Buffer is { } constants) Bind(3, TextureTarget.TextureBuffer, constants.Texture);
        if (!_hasRun) StartFirst();
        else foreach (Dispatch dispatch in _dispatches) Start(dispatch);
    }

    /// <summary>Milliseconds of each dispatch on a black frame, each awaited: medians.</summary>
    /// <param name="runs">To take the median of, after one that does not count.</param>
    /// <exception cref="UserError">The context was lost.</exception>
    public double[] Measure(int runs)
    {
        Run(frame: 0); // compiles what drivers compile late, and binds
        List<double>[] times = [.. _dispatches.Select(_ => new List<double>())];
        for (int run = 0; run < runs; run++)
        {
            for (int i = 0; i < _dispatches.Count; i++)
            {
                _gl.Finish();
                long began = Stopwatch.GetTimestamp();
                Start(_dispatches[i]);
                _gl.Finish();
                times[i].Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        }

        if (_gl.GetError() == GLEnum.ContextLost) throw new UserError("the OpenGL context was lost during a measurement: try again");
        return [.. times.Select(t => t.Order().ElementAt(runs / 2))];
    }

    /// <summary>Reads a map back, [C,H,W].</summary>
    public float[] Read(Map map)
    {
        MapShape shape = map.Shape;
        float[] texels = new float[shape.Texels * MapShape.BlockSize];
        _gl.MemoryBarrier(MemoryBarrierMask.BufferUpdateBarrierBit);
        _maps!.Read(Plan!.Memory[map], texels);
        int cells = shape.Height * shape.Width;
        float[] values = new float[shape.Channels * cells];
        for (int c = 0; c < shape.Channels; c++)
        {
            int from = c / MapShape.BlockSize * cells;
            for (int i = 0; i < cells; i++) values[(c * cells) + i] = texels[((from + i) * MapShape.BlockSize) + (c % MapShape.BlockSize)];
        }

        return values;
    }

    public void Dispose()
    {
        if (_ownsPrograms) _programs.Dispose();
        _weights.Dispose();
        _constants.Dispose();
        _maps?.Dispose();
    }

    /// <summary>The first run: some drivers compile only now, Mesa's in software among them, or when they are waited for.</summary>
    private void StartFirst()
    {
        const string What = "the driver compiles shaders as they first run";
        TimeSpan left = _prepared < Patience ? Patience - _prepared : Period; // where compiling was told, this has its own patience
        using CompileNotice notice = new(_tell, What, _dispatches.Count, left, Period);
        foreach (Dispatch dispatch in _dispatches)
        {
            Start(dispatch);
            if (_tell is not null) _gl.Finish();
            notice.Step();
        }

        (_tell, _hasRun) = (null, true);
    }

    private void Start(Dispatch dispatch)
    {
        dispatch.Program.Dispatch(dispatch.Integers, dispatch.Floats, dispatch.Groups);
        _gl.MemoryBarrier(MemoryBarrierMask.TextureFetchBarrierBit | MemoryBarrierMask.ShaderImageAccessBarrierBit);
    }

    private void Bind(int unit, TextureTarget target, uint texture)
    {
        _gl.ActiveTexture(TextureUnit.Texture0 + unit);
        _gl.BindTexture(target, texture);
    }

    /// <summary>A program, the values of its parameters, and the number of its work groups.</summary>
    private readonly record struct Dispatch(ComputeProgram Program, int[] Integers, float[] Floats, int Groups);
}
