using Microsoft.ML.OnnxRuntime;
using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Tests.Support;

/// <summary>A graph built with the trainer's builder, ready to run many times; the caller may change the input arrays in between.</summary>
internal sealed class OrtRunner : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly List<OrtValue> _values = [];
    private readonly string[] _inputs, _outputs;

    public OrtRunner(GraphBuilder g, IReadOnlyList<Value> outputs, IReadOnlyDictionary<string, Array> inputs)
    {
        using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        _session = new InferenceSession(OnnxWriter.Write(g, outputs), options);
        foreach (Value v in g.Inputs)
        {
            _values.Add(inputs[v.Name] switch
            {
                float[] f => OrtValue.CreateTensorValueFromMemory(f, v.Shape.ToArray()),
                byte[] b => OrtValue.CreateTensorValueFromMemory(b, v.Shape.ToArray()),
                Array other => throw new ArgumentException($"{v.Name}: {other.GetType()}", nameof(inputs)),
            });
        }

        _inputs = [.. g.Inputs.Select(v => v.Name)];
        _outputs = [.. outputs.Select(o => o.Name)];
    }

    public float[][] Run()
    {
        using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(_run, _inputs, _values, _outputs);
        return [.. results.Select(r => r.GetTensorDataAsSpan<float>().ToArray())];
    }

    public void Dispose()
    {
        foreach (OrtValue v in _values) v.Dispose();
        _run.Dispose();
        _session.Dispose();
    }
}

/// <summary>One-off runs and inputs.</summary>
internal static class Ort
{
    public static float[][] Run(GraphBuilder g, IReadOnlyList<Value> outputs, IReadOnlyDictionary<string, Array> inputs)
    {
        using OrtRunner runner = new(g, outputs, inputs);
        return runner.Run();
    }

    /// <summary>Numbers in ±1, spread so that no two are equal: a maximum is then well away from its rivals.</summary>
    public static float[] Spread(long count, int seed)
    {
        float[] values = [.. Enumerable.Range(0, (int)count).Select(i => (((2f * i) + 1) / count) - 1)];
        new Random(seed).Shuffle(values);
        return values;
    }

    /// <summary>The first output of a file whose one input is a picture [1,3,height,width].</summary>
    public static (float[] Values, long[] Shape) OnImage(byte[] model, float[] image, int height, int width)
    {
        using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using InferenceSession session = new(model, options);
        using RunOptions run = new();
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(image, [1, 3, height, width]);
        using IDisposableReadOnlyCollection<OrtValue> results
            = session.Run(run, [session.InputNames[0]], [input], [session.OutputNames[0]]);
        return (results[0].GetTensorDataAsSpan<float>().ToArray(), results[0].GetTensorTypeAndShape().Shape);
    }
}
