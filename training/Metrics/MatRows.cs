using OpenCvSharp;

namespace RealtimeSeg.Training.Metrics;

/// <summary>Typed rows of a matrix, not copied.</summary>
internal static class MatRows
{
    public static unsafe ReadOnlySpan<T> Row<T>(this Mat m, int y)
        where T : unmanaged => new((void*)m.Ptr(y), m.Width);
}
