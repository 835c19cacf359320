extern alias training;

using Microsoft.ML.OnnxRuntime;
using training::RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Tests.Support;

/// <summary>Runs a graph built with the trainer's builder and returns its float outputs.</summary>
internal static class Ort
{
    public static float[][] Run(GraphBuilder g, IReadOnlyList<Value> outputs, IReadOnlyDictionary<string, Array> inputs)
    {
        using SessionOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using InferenceSession session = new(OnnxWriter.Write(g, outputs), options);
        List<OrtValue> values = [];
        try
        {
            foreach (Value v in g.Inputs)
            {
                values.Add(inputs[v.Name] switch
                {
                    float[] f => OrtValue.CreateTensorValueFromMemory(f, v.Shape.ToArray()),
                    byte[] b => OrtValue.CreateTensorValueFromMemory(b, v.Shape.ToArray()),
                    Array other => throw new ArgumentException($"{v.Name}: {other.GetType()}"),
                });
            }

            using RunOptions run = new();
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, [.. g.Inputs.Select(v => v.Name)], values, [.. outputs.Select(o => o.Name)]);
            return [.. results.Select(r => r.GetTensorDataAsSpan<float>().ToArray())];
        }
        finally
        {
            foreach (OrtValue v in values) v.Dispose();
        }
    }

    /// <summary>Numbers in ±1, spread so that no two are equal: a maximum is then well away from its rivals.</summary>
    public static float[] Spread(long count, int seed)
    {
        float[] values = [.. Enumerable.Range(0, (int)count).Select(i => (((2f * i) + 1) / count) - 1)];
        new Random(seed).Shuffle(values);
        return values;
    }
}
