using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Tests.Support;

/// <summary>Images that a test drew.</summary>
internal sealed class MemoryDataset(IReadOnlyList<string> classNames, params IReadOnlyList<Sample> samples) : IDataset
{
    public string Name => "memory";

    public IReadOnlyList<string> ClassNames => classNames;

    public int Count => samples.Count;

    public Sample Load(int index) => samples[index];
}
