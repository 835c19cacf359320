using Microsoft.ML.OnnxRuntime;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Optim;

namespace RealtimeSeg.Training.Step;

/// <summary>
/// Runs a <see cref="StepGraph"/>. State lives in two sets of ONNX Runtime tensors, bound as inputs and outputs once: odd steps read
/// A and write B, even ones the reverse, and nothing is copied.
/// </summary>
public sealed class TrainStep : IDisposable
{
    private readonly StepGraph _graph;
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly OrtValue _frame, _labels, _numbers, _loss, _norms;
    private readonly OrtValue[][] _state = new OrtValue[2][];
    private readonly OrtValue[][] _inputs = new OrtValue[2][];
    private readonly OrtValue[][] _outputs = new OrtValue[2][];
    private readonly string[] _inputNames, _outputNames;
    private int _current;

    /// <param name="graph">The step.</param>
    /// <param name="seed">Seed of the first weights.</param>
    /// <param name="profile">Where ONNX Runtime writes the time of every node; null for no profile.</param>
    public TrainStep(StepGraph graph, int seed, string? profile = null)
    {
        _graph = graph;

        // A pattern plans one block for all tensors of a step, next to what the first step took one by one: 1000 MB instead of 593.
        using SessionOptions options = new() { EnableMemoryPattern = false, GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        if (profile is not null)
        {
            options.ProfileOutputPathPrefix = profile;
            options.EnableProfiling = true;
        }

        _session = new InferenceSession(graph.Model, options);
        BatchShape b = graph.Batch;
        OrtAllocator memory = OrtAllocator.DefaultInstance;
        _frame = OrtValue.CreateAllocatedTensorValue(memory, Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.UInt8, [b.N, b.H, b.W, 3]);
        _labels = OrtValue.CreateAllocatedTensorValue(memory, Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.UInt8, [b.N, b.H, b.W]);
        _numbers = Floats([StepNumbers.Count]);
        _loss = Floats([]);
        _norms = Floats([graph.Learned.Count]);
        for (int side = 0; side < 2; side++) _state[side] = [.. graph.State.Select(s => Floats(s.Shape.ToArray()))];
        for (int side = 0; side < 2; side++)
        {
            _inputs[side] = [_frame, _labels, _numbers, .. _state[side]];
            _outputs[side] = [_loss, _norms, .. _state[1 - side]];
        }

        _inputNames = [StepGraph.Frame, StepGraph.Labels, StepGraph.Numbers, .. graph.State.Select(s => s.Name)];
        _outputNames = [StepGraph.Loss, StepGraph.Norms, .. graph.State.Select(s => s.Next)];
        for (int i = 0; i < graph.State.Count; i++)
        {
            Span<float> values = _state[0][i].GetTensorMutableDataAsSpan<float>();
            if (graph.State[i].Parameter is { } p) p.Initial(seed).CopyTo(values);
            else values.Clear();
        }
    }

    /// <summary>The batch's pictures, uint8 [N,H,W,3] BGR, to fill before <see cref="Run"/>.</summary>
    public Span<byte> Frame => _frame.GetTensorMutableDataAsSpan<byte>();

    /// <summary>The batch's labels, uint8 [N,H,W], to fill before <see cref="Run"/>.</summary>
    public Span<byte> Labels => _labels.GetTensorMutableDataAsSpan<byte>();

    /// <summary>One step on the batch in <see cref="Frame"/> and <see cref="Labels"/>; returns the loss before the update.</summary>
    public float Run(StepNumbers numbers)
    {
        numbers.CopyTo(_numbers.GetTensorMutableDataAsSpan<float>());
        _session.Run(_options, _inputNames, _inputs[_current], _outputNames, _outputs[_current]);
        _current = 1 - _current;
        return _loss.GetTensorDataAsSpan<float>()[0];
    }

    /// <summary>The first parameter whose gradient in the last step was infinite or not a number; null where all were sound.</summary>
    public string? UnsoundGradient()
    {
        ReadOnlySpan<float> norms = _norms.GetTensorDataAsSpan<float>();
        for (int i = 0; i < norms.Length; i++)
        {
            if (!float.IsFinite(norms[i])) return _graph.Learned[i];
        }

        return null;
    }

    /// <summary>All state by name: parameters, statistics and the optimiser's memory.</summary>
    public IReadOnlyDictionary<string, float[]> Export()
        => _graph.State.Select((s, i) => (s.Name, _state[_current][i])).ToDictionary(s => s.Name, s => s.Item2.GetTensorDataAsSpan<float>().ToArray(), StringComparer.Ordinal);

    /// <summary>Puts back what <see cref="Export"/> gave.</summary>
    public void Import(IReadOnlyDictionary<string, float[]> state)
    {
        for (int i = 0; i < _graph.State.Count; i++)
        {
            StateTensor s = _graph.State[i];
            if (!state.TryGetValue(s.Name, out float[]? values) || values.Length != s.Shape.Count)
                throw new UserError($"the checkpoint does not fit this network and optimizer ({s.Name}): start a new --out folder");
            values.CopyTo(_state[_current][i].GetTensorMutableDataAsSpan<float>());
        }
    }

    /// <summary>Starts from another run's parameters: those of the same name and size, its averages where it kept them. Returns how many fitted.</summary>
    public int Adopt(IReadOnlyDictionary<string, float[]> parameters)
    {
        int taken = 0;
        for (int i = 0; i < _graph.State.Count; i++)
        {
            if (_graph.State[i].Parameter is not { } p || !parameters.TryGetValue(p.Name, out float[]? values) || values.Length != p.Shape.Count) continue;
            values.CopyTo(_state[_current][i].GetTensorMutableDataAsSpan<float>());
            taken++;
        }

        return taken;
    }

    /// <summary>Ends profiling and returns the file that ONNX Runtime wrote.</summary>
    public string EndProfiling() => _session.EndProfiling();

    public void Dispose()
    {
        foreach (OrtValue v in (OrtValue[])[_frame, _labels, _numbers, _loss, _norms, .. _state[0], .. _state[1]]) v.Dispose();
        _options.Dispose();
        _session.Dispose();
    }

    private static OrtValue Floats(long[] shape)
        => OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float, shape);
}
