namespace RealtimeSeg.Training.Data;

/// <summary>
/// Random numbers for one of many things that count on from the same seed. The numbers are hashed: a sum of seed and index would give
/// two seeds the same sequence, some steps apart.
/// </summary>
public static class Seeds
{
    /// <param name="seed">Of the run.</param>
    /// <param name="index">Which of the things.</param>
    public static Random Random(long seed, long index) => new((int)(Mixed(Mixed((ulong)seed) + (ulong)index) >> 33));

    /// <summary>SplitMix64 (Steele, Lea and Flood 2014, figure 15): one bit changed in z changes half of the result's.</summary>
    private static ulong Mixed(ulong z)
    {
        z += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
