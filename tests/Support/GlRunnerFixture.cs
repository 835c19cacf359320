namespace RealtimeSeg.Tests.Support;

/// <summary>One context for the tests of a class, which run one after the other.</summary>
public sealed class GlRunnerFixture : IDisposable
{
    internal GlRunner Gl { get; } = new();

    public void Dispose() => Gl.Dispose();
}
