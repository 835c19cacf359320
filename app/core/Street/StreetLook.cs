using System.Numerics;
using static RealtimeSeg.Core.Street.StreetTextures;

namespace RealtimeSeg.Core.Street;

/// <summary>All that a seed decides about a street: its measures in metres, its light and the colours of what stands in it.</summary>
internal sealed class StreetLook
{
    public StreetLook(int seed)
    {
        Seed = (uint)seed * 2654435761u;
        Road = Range(0, 3.8f, 6f);
        Pavement = Range(1, 2f, 3.6f);
        Eye = Range(2, 1.2f, 1.8f);
        Lane = Range(3, 0.8f, Road - 1.4f);
        Speed = Range(4, 3, 6);
        Exposure = Range(5, 0.55f, 1.15f);
        Noise = Range(6, 2, 12);
        Clouds = Range(14, 0.2f, 0.75f);
        float warm = Range(7, 0, 1);
        SkyTop = Vector3.Lerp(new Vector3(0.35f, 0.52f, 0.8f), new Vector3(0.66f, 0.68f, 0.72f), warm);
        SkyLow = Vector3.Lerp(new Vector3(0.8f, 0.87f, 0.94f), new Vector3(0.9f, 0.86f, 0.8f), warm);
        Sun = Vector3.Normalize(new Vector3(Range(8, -1, 1), Range(9, 0.5f, 1.2f), Range(10, -0.8f, 0.4f)));
    }

    public uint Seed { get; }

    /// <summary>From the middle of the road to its edge.</summary>
    public float Road { get; }

    /// <summary>Width of the pavement on each side.</summary>
    public float Pavement { get; }

    /// <summary>Height of the camera.</summary>
    public float Eye { get; }

    /// <summary>From the middle of the road to the camera, which drives on the left of it.</summary>
    public float Lane { get; }

    /// <summary>Of the camera, in metres per second.</summary>
    public float Speed { get; }

    /// <summary>Factor on every colour.</summary>
    public float Exposure { get; }

    /// <summary>Range of the sensor noise, of 255.</summary>
    public float Noise { get; }

    public Vector3 SkyTop { get; }

    public Vector3 SkyLow { get; }

    /// <summary>Towards it, by day.</summary>
    public Vector3 Sun { get; }

    /// <summary>How much of the sky they cover.</summary>
    public float Clouds { get; }

    /// <summary>A number in 0–1 that belongs to an object and one of its properties.</summary>
    public float Pick(int key, int what) => Hash(key, what, Seed);

    /// <summary>A number that belongs to the whole street.</summary>
    public float Range(int what, float low, float high) => low + ((high - low) * Hash(-1, what, Seed));

    public Vector3 Grey(int what, float low, float high) => new(Range(what, low, high));

    public Vector3 Brick(int key)
    {
        Vector3 red = new(0.55f, 0.32f, 0.24f), sand = new(0.78f, 0.72f, 0.62f);
        return Vector3.Lerp(red, sand, Pick(key, 30)) * (0.75f + (0.4f * Pick(key, 31)));
    }

    public Vector3 CarPaint(int key) => Pick(key, 40) < 0.5f ? new Vector3(0.12f + (0.75f * Pick(key, 41))) : Cloth(key + 3);

    public Vector3 Cloth(int key) => new Vector3(Pick(key, 42), Pick(key, 43), Pick(key, 44)) * 0.8f;
}
