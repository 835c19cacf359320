using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Optim;

namespace RealtimeSeg.Training.Step;

/// <summary>
/// Runs a <see cref="StepGraph"/>. State lives in two sets of ONNX Runtime tensors, bound as inputs and outputs once: even steps read
/// set 0 and write set 1, odd ones the reverse, and nothing is copied.
/// </summary>
public sealed class TrainStep : IDisposable
{
    private readonly StepGraph _graph;
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly OrtValue _frame, _labels, _numbers, _loss, _norms;
    private readonly OrtValue? _taught;
    private readonly OrtValue[][] _state, _inputs, _outputs;
    private readonly string[] _inputNames, _outputNames;

    /// <summary>The set that contains the current state.</summary>
    private int _current;

    /// <param name="graph">The step.</param>
    /// <param name="seed">Seed of the initial weights.</param>
    /// <param name="profile">Path prefix of ONNX Runtime's profile, which times every node; null for no profile.</param>
    public TrainStep(StepGraph graph, int seed, string? profile = null)
    {
        _graph = graph;
        _session = Open(graph.Model, profile);
        BatchShape b = graph.Batch;
        _frame = Tensor(TensorElementType.UInt8, b.N, b.H, b.W, 3);
        _labels = Tensor(TensorElementType.UInt8, b.N, b.H, b.W);
        _numbers = Tensor(TensorElementType.Float, StepNumbers.Count);
        _taught = graph.TaughtShape is { } shape ? Tensor(TensorElementType.Float, shape.ToArray()) : null;
        OrtValue[] taught = _taught is null ? [] : [_taught];
        _loss = Tensor(TensorElementType.Float);
        _norms = Tensor(TensorElementType.Float, graph.Learned.Count);

        OrtValue[] StateSet() => [.. graph.State.Select(s => Tensor(TensorElementType.Float, s.Shape.ToArray()))];
        _state = [StateSet(), StateSet()];
        _inputs = [.. _state.Select(set => (OrtValue[])[_frame, _labels, _numbers, .. taught, .. set])];
        _outputs = [[_loss, _norms, .. _state[1]], [_loss, _norms, .. _state[0]]];
        string[] taughtName = _taught is null ? [] : [StepGraph.Taught];
        _inputNames = [StepGraph.Frame, StepGraph.Labels, StepGraph.Numbers, .. taughtName, .. graph.State.Select(s => s.Name)];
        _outputNames = [StepGraph.Loss, StepGraph.Norms, .. graph.State.Select(s => s.Next)];
        Initialize(seed);
    }

    /// <summary>The batch's images, uint8 [N,H,W,3] BGR, to fill before <see cref="Run"/>.</summary>
    public Span<byte> Frame => _frame.GetTensorMutableDataAsSpan<byte>();

    /// <summary>The batch's labels, uint8 [N,H,W], to fill before <see cref="Run"/>.</summary>
    public Span<byte> Labels => _labels.GetTensorMutableDataAsSpan<byte>();

    /// <summary>A teacher's probabilities, float [N,K,H/stride,W/stride], to fill before <see cref="Run"/>; empty without one.</summary>
    public Span<float> Taught => _taught is null ? [] : _taught.GetTensorMutableDataAsSpan<float>();

    /// <summary>One step on the batch in <see cref="Frame"/> and <see cref="Labels"/>; returns the loss before the update.</summary>
    public float Run(StepNumbers numbers)
    {
        numbers.CopyTo(_numbers.GetTensorMutableDataAsSpan<float>());
        _session.Run(_options, _inputNames, _inputs[_current], _outputNames, _outputs[_current]);
        _current = 1 - _current;
        return _loss.GetTensorDataAsSpan<float>()[0];
    }

    /// <summary>The first parameter whose gradient in the last step was infinite or not a number; null if all were finite.</summary>
    public string? NonFiniteGradient()
    {
        ReadOnlySpan<float> norms = _norms.GetTensorDataAsSpan<float>();
        for (int i = 0; i < norms.Length; i++)
        {
            if (!float.IsFinite(norms[i])) return _graph.Learned[i];
        }

        return null;
    }

    /// <summary>A copy of all state by name: parameters, statistics, averages and the optimiser's memory.</summary>
    public IReadOnlyDictionary<string, float[]> Export()
    {
        Dictionary<string, float[]> state = new(StringComparer.Ordinal);
        for (int i = 0; i < _graph.State.Count; i++) state[_graph.State[i].Name] = Current(i).ToArray();
        return state;
    }

    /// <summary>Restores what <see cref="Export"/> returned.</summary>
    /// <exception cref="UserError">A tensor is missing or has another size.</exception>
    public void Import(IReadOnlyDictionary<string, float[]> state)
    {
        for (int i = 0; i < _graph.State.Count; i++)
        {
            StateTensor s = _graph.State[i];
            if (!state.TryGetValue(s.Name, out float[]? values) || values.Length != s.Shape.Count)
                throw new UserError($"the checkpoint does not fit this network and optimizer ({s.Name}): start a new --out folder");
            values.CopyTo(Current(i));
        }
    }

    /// <summary>
    /// Starts from another run's parameters: those with the same name and size, which the moving averages start from too. Returns
    /// the number of tensors that were set.
    /// </summary>
    public int Adopt(IReadOnlyDictionary<string, float[]> parameters)
    {
        int taken = 0;
        for (int i = 0; i < _graph.State.Count; i++)
        {
            if (_graph.State[i].Parameter is not { } p) continue;
            if (!parameters.TryGetValue(p.Name, out float[]? values) || values.Length != p.Shape.Count) continue;
            values.CopyTo(Current(i));
            taken++;
        }

        return taken;
    }

    /// <summary>Ends profiling and returns the path of ONNX Runtime's profile.</summary>
    public string EndProfiling() => _session.EndProfiling();

    public void Dispose()
    {
        foreach (OrtValue v in (OrtValue[])[_frame, _labels, _numbers, _loss, _norms, .. _state[0], .. _state[1]]) v.Dispose();
        _taught?.Dispose();
        _options.Dispose();
        _session.Dispose();
    }

    private static InferenceSession Open(byte[] model, string? profile)
    {
        using SessionOptions options = new()
        {
            // A pattern plans one block for all tensors of a step, beside what the first step allocated one by one: 1000 MB instead of 593.
            EnableMemoryPattern = false,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            // Its own choice is half of the CPUs where it cannot tell cores from hyperthreads, as in some virtual machines.
            IntraOpNumThreads = Environment.ProcessorCount,
        };
        // Fake quantisation would be fused into integer kernels, where it may be, and round otherwise there.
        options.AddSessionConfigEntry("session.disable_quant_qdq", "1");
        if (profile is not null)
        {
            options.ProfileOutputPathPrefix = profile;
            options.EnableProfiling = true;
        }

        return new InferenceSession(model, options);
    }

    private void Initialize(int seed)
    {
        for (int i = 0; i < _graph.State.Count; i++)
        {
            if (_graph.State[i].Parameter is { } p) p.Initial(seed).CopyTo(Current(i));
            else Current(i).Clear();
        }
    }

    /// <summary>The i-th state tensor as the next step will read it.</summary>
    private Span<float> Current(int i) => _state[_current][i].GetTensorMutableDataAsSpan<float>();

    private static OrtValue Tensor(TensorElementType type, params long[] shape)
        => OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, shape);
}
