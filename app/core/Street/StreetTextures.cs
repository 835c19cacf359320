using System.Numerics;

namespace RealtimeSeg.Core.Street;

/// <summary>What a surface looks like. Silhouettes leave parts of their rectangle empty.</summary>
public enum Surface
{
    Plain,
    Asphalt,
    Paving,
    Facade,
    Foliage,
    Trunk,
    SignFace,
    Railing,
    Crossing,
    CarSide,
    CarCabin,
    CarEnd,
    Wheel,
    Lamp,
    Disc,
    WalkerAside,
    WalkerAhead,
    RiderAside,
    RiderAhead,
}

/// <summary>A surface with its two colours (R, G, B in 0–1), a seed for its pattern, and how brightly its lamps shine, 0–1.</summary>
public readonly record struct Material(Surface Surface, Vector3 Main, Vector3 Second, uint Seed, float Lamps = 0);

/// <summary>Procedural textures: a colour at (u, v), u to the right and v upwards in metres, or nothing outside a silhouette.</summary>
public static class StreetTextures
{
    private static readonly Vector3 DarkGlass = new(0.12f, 0.15f, 0.19f), BrightGlass = new(0.6f, 0.68f, 0.75f);

    /// <param name="m">The material.</param>
    /// <param name="u">Metres to the right.</param>
    /// <param name="v">Metres up.</param>
    /// <param name="width">Width of the rectangle in metres.</param>
    /// <param name="height">Height of the rectangle in metres.</param>
    /// <param name="time">Seconds, for legs and wheels.</param>
    /// <param name="color">R, G, B in 0–1, before light.</param>
    /// <param name="glow">Light of its own, the same.</param>
    /// <returns>False where the rectangle is empty.</returns>
    public static bool Shade(in Material m, float u, float v, float width, float height, float time, out Vector3 color, out Vector3 glow)
    {
        color = m.Main;
        glow = Vector3.Zero;
        switch (m.Surface)
        {
            case Surface.Asphalt:
                color *= 0.85f + (0.22f * Noise(u * 9, v * 9, m.Seed)) + (0.12f * Noise(u * 0.7f, v * 0.4f, m.Seed + 1));
                bool dash = MathF.Abs(u) < 0.08f && Wrap(v, 6) < 3;
                bool edge = MathF.Abs(MathF.Abs(u) - (width / 2) + 0.35f) < 0.06f;
                if (dash || edge) color = m.Second * (0.85f + (0.15f * Noise(u * 20, v * 20, m.Seed)));
                return true;
            case Surface.Paving:
                bool joint = Wrap(u, 0.6f) < 0.04f || Wrap(v + (MathF.Floor(u / 0.6f) * 0.3f), 0.6f) < 0.04f;
                color *= (joint ? 0.72f : 0.92f) + (0.14f * Noise(MathF.Floor(u / 0.6f), MathF.Floor(v / 0.6f), m.Seed));
                return true;
            case Surface.Facade:
                return Facade(m, u, v, height, ref color, ref glow);
            case Surface.Foliage:
                float dx = (u / width * 2) - 1, dy = (v / height * 2) - 1, ragged = 0.5f + (0.5f * Noise(u * 2.2f, v * 2.2f, m.Seed));
                ragged += 0.2f * Noise(u * 9, v * 9, m.Seed + 5);
                if ((dx * dx) + (dy * dy) > ragged) return false;
                float leaves = (0.3f * Noise(u * 4, v * 4, m.Seed + 3)) + (0.4f * Noise(u * 19, v * 19, m.Seed + 4));
                color = Vector3.Lerp(m.Second, m.Main, (0.3f * (dy + 1)) + leaves);
                return true;
            case Surface.Trunk:
                color *= 0.7f + (0.5f * Noise(u * 14, v * 2, m.Seed));
                return true;
            case Surface.SignFace:
                float r = Vector2.Distance(new Vector2(u, v), new Vector2(width / 2, height / 2)) / (width / 2);
                if (m.Seed % 2 == 0 && r > 1) return false;
                float border = m.Seed % 2 == 0 ? r : Math.Max(MathF.Abs((u / width * 2) - 1), MathF.Abs((v / height * 2) - 1));
                color = border > 0.75f ? m.Main : m.Second;
                return true;
            case Surface.Railing:
                if (Wrap(u, 0.25f) > 0.07f && Wrap(v, height * 0.45f) > 0.09f) return false;
                color *= 0.8f + (0.3f * Noise(u * 8, v * 8, m.Seed));
                return true;
            case Surface.Crossing:
                color *= 0.85f + (0.15f * Noise(u * 20, v * 20, m.Seed));
                return Wrap(u, 1) < 0.5f;
            case Surface.CarSide or Surface.CarCabin or Surface.CarEnd or Surface.Wheel:
                return StreetCars.Shade(m, u, v, width, height, ref color, ref glow);
            case Surface.Lamp:
                glow = m.Second * m.Lamps;
                return true;
            case Surface.Disc:
                return Near(u / width, 0.5f, v / height, 0.5f, 0.5f);
            case Surface.WalkerAside:
                return StreetFigures.WalkerAside(m, (u - (width / 2)) / height, v / height, time, ref color);
            case Surface.WalkerAhead:
                return StreetFigures.WalkerAhead(m, (u - (width / 2)) / height, v / height, time, ref color);
            case Surface.RiderAside:
                return StreetFigures.RiderAside(m, (u - (width / 2)) / height, v / height, time, ref color);
            case Surface.RiderAhead:
                return StreetFigures.RiderAhead(m, (u - (width / 2)) / height, v / height, time, ref color);
            default:
                color *= 0.9f + (0.15f * Noise(u * 3, v * 3, m.Seed));
                return true;
        }
    }

    /// <summary>Smooth value noise in 0–1.</summary>
    public static float Noise(float x, float y, uint seed)
    {
        float fx = MathF.Floor(x), fy = MathF.Floor(y), tx = x - fx, ty = y - fy;
        int ix = (int)fx, iy = (int)fy;
        tx = tx * tx * (3 - (2 * tx));
        ty = ty * ty * (3 - (2 * ty));
        float top = Hash(ix, iy, seed) + ((Hash(ix + 1, iy, seed) - Hash(ix, iy, seed)) * tx);
        float bottom = Hash(ix, iy + 1, seed) + ((Hash(ix + 1, iy + 1, seed) - Hash(ix, iy + 1, seed)) * tx);
        return top + ((bottom - top) * ty);
    }

    /// <summary>A number in 0–1 for a lattice point (a multiply-xorshift hash).</summary>
    public static float Hash(int x, int y, uint seed)
    {
        uint h = ((uint)x * 0x8DA6B343u) ^ ((uint)y * 0xD8163841u) ^ (seed * 0xCB1AB31Fu);
        h = (h ^ (h >> 15)) * 0x2C1B3C6Du;
        h = (h ^ (h >> 12)) * 0x297A2D39u;
        return (h ^ (h >> 15)) / 4294967296f;
    }

    private static float Wrap(float x, float period) => x - (MathF.Floor(x / period) * period);

    private static bool Facade(in Material m, float u, float v, float height, ref Vector3 color, ref Vector3 glow)
    {
        float column = MathF.Floor(u / 2.2f), floor = MathF.Floor(v / 3f), x = Wrap(u, 2.2f), y = Wrap(v, 3f);
        bool brick = m.Seed % 3 != 0;
        float grain = brick && (Wrap(v, 0.3f) < 0.05f || Wrap(u + (MathF.Floor(v / 0.3f) * 0.31f), 0.62f) < 0.05f) ? 0.82f : 1;
        color *= grain * (0.82f + (0.22f * Noise(u * 1.3f, v * 1.3f, m.Seed)));
        bool window = x is > 0.5f and < 1.7f && y is > 0.9f and < 2.4f && v < height - 0.8f;
        bool door = floor == 0 && Hash((int)column, 0, m.Seed) < 0.3f && x is > 0.5f and < 1.6f && y < 2.3f;
        bool pane = x is > 0.56f and < 1.64f && y is > 0.97f and < 2.33f && MathF.Abs(x - 1.1f) > 0.04f;
        if (door) color = m.Second * 0.5f;
        else if (window && pane) color = Vector3.Lerp(DarkGlass, BrightGlass, Hash((int)column, (int)floor, m.Seed + 7) * (y / 3f));
        else if (window) color = m.Second;
        bool lit = window && pane && Hash((int)column, (int)floor, m.Seed + 11) < 0.4f;
        if (lit) glow = new Vector3(0.85f, 0.62f, 0.32f) * (m.Lamps * (0.6f + (0.4f * Noise(u * 3, v * 3, m.Seed))));
        return true;
    }

    /// <summary>Whether a point lies in a circle.</summary>
    public static bool Near(float x, float cx, float y, float cy, float radius)
        => ((x - cx) * (x - cx)) + ((y - cy) * (y - cy)) < radius * radius;
}
