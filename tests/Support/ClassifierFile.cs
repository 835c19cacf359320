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
        Dictionary<string, float[]> weights = declared.ToDictionary(p => p.Name, p => p.Initial(3), StringComparer.Ordinal);
        File.WriteAllBytes(file, ClassifierGraph.Dense(classifier, weights));
    }
}
