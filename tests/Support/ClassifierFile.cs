using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Networks.Classifiers;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Tests.Support;

/// <summary>A classifier's ONNX file as others publish it, with random weights.</summary>
internal static class ClassifierFile
{
    public static void Write(Classifier classifier, string file)
    {
        IReadOnlyList<Parameter> declared = ClassifierGraph.Declared(classifier);
        Dictionary<string, float[]> weights = declared.ToDictionary(p => p.Name, First, StringComparer.Ordinal);
        File.WriteAllBytes(file, ClassifierGraph.Dense(classifier, weights));
    }

    /// <summary>Built-in classifiers begin with biases of zero, which nobody would miss; those of a published file are not.</summary>
    private static float[] First(Parameter p)
    {
        float[] values = p.Initial(3);
        return Array.TrueForAll(values, v => v == 0) ? [.. Ort.Spread(values.Length, 3).Select(v => 0.1f * v)] : values;
    }
}
