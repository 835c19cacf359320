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
    CarSide,
    Person,
    Cyclist,
}

/// <summary>A surface with its two colours (R, G, B in 0–1) and a seed for its pattern.</summary>
public readonly record struct Material(Surface Surface, Vector3 Main, Vector3 Second, uint Seed);

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
    /// <returns>False where the rectangle is empty.</returns>
    public static bool Shade(in Material m, float u, float v, float width, float height, float time, out Vector3 color)
    {
        color = m.Main;
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
                return Facade(m, u, v, height, ref color);
            case Surface.Foliage:
                float dx = (u / width * 2) - 1, dy = (v / height * 2) - 1, ragged = 0.62f + (0.55f * Noise(u * 2.2f, v * 2.2f, m.Seed));
                if ((dx * dx) + (dy * dy) > ragged) return false;
                color = Vector3.Lerp(m.Second, m.Main, (0.35f * (dy + 1)) + (0.5f * Noise(u * 6, v * 6, m.Seed + 3)));
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
            case Surface.CarSide:
                return CarSide(m, u / width, v / height, ref color);
            case Surface.Person:
                return Person(m, (u / width) - 0.5f, v / height, time, ref color);
            case Surface.Cyclist:
                return Cyclist(m, (u / width) - 0.5f, v / height, time, ref color);
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

    private static bool Facade(in Material m, float u, float v, float height, ref Vector3 color)
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
        return true;
    }

    /// <summary>A car from the side or end in the unit square: body, glass house, wheels.</summary>
    private static bool CarSide(in Material m, float x, float y, ref Vector3 color)
    {
        bool wheel = y < 0.3f && (Near(x, 0.2f, y, 0.15f, 0.13f) || Near(x, 0.8f, y, 0.15f, 0.13f));
        bool house = y > 0.55f && x > 0.16f + ((y - 0.55f) * 0.3f) && x < 0.9f - ((y - 0.55f) * 0.25f);
        if (!wheel && !house && y is < 0.14f or > 0.6f) return wheel;
        if (wheel) color = new Vector3(0.07f);
        else if (y > 0.6f && y < 0.93f && house) color = m.Second * (0.7f + (0.6f * (1 - x)));
        else if (y is > 0.4f and < 0.5f && (x < 0.06f || x > 0.94f)) color = new Vector3(0.9f, 0.75f, 0.5f);
        else color *= 0.75f + (0.4f * y);
        return true;
    }

    /// <summary>A walker in the unit square, feet at y = 0, x from −0.5 to 0.5; the legs swing.</summary>
    private static bool Person(in Material m, float x, float y, float time, ref Vector3 color)
    {
        float swing = 0.22f * MathF.Sin((time * 6) + m.Seed) * (0.48f - y);
        bool legs = y < 0.48f && (MathF.Abs(x - 0.1f - swing) < 0.1f || MathF.Abs(x + 0.1f + swing) < 0.1f);
        bool torso = y is >= 0.46f and < 0.84f && MathF.Abs(x) < 0.3f - (MathF.Abs(y - 0.75f) * 0.2f);
        bool head = Near(x * 0.36f, 0, y, 0.915f, 0.075f);
        if (legs) color = m.Second * (y < 0.04f ? 0.3f : 1);
        else if (head) color = y > 0.95f ? new Vector3(0.2f, 0.13f, 0.08f) : new Vector3(0.8f, 0.6f, 0.5f);
        else if (torso) color *= 0.8f + (0.5f * (x + 0.3f));
        return legs || torso || head;
    }

    /// <summary>A cyclist in the unit square: two wheels, a frame, a leaning rider.</summary>
    private static bool Cyclist(in Material m, float x, float y, float time, ref Vector3 color)
    {
        bool rim = Ring(x + 0.27f, y - 0.2f) || Ring(x - 0.27f, y - 0.2f);
        bool tube = MathF.Abs(x - 0.1f + ((y - 0.2f) * 0.4f)) < 0.03f || MathF.Abs(y - 0.42f) < 0.025f;
        bool frame = y is > 0.18f and < 0.5f && tube && MathF.Abs(x) < 0.26f;
        float lean = x - ((y - 0.5f) * 0.3f);
        bool rider = y is > 0.45f and < 0.83f && MathF.Abs(lean) < 0.15f;
        bool leg = y is > 0.2f and <= 0.47f && MathF.Abs(x + (0.06f * MathF.Sin((time * 7) + m.Seed))) < 0.07f;
        bool head = Near(x - 0.12f, 0, y, 0.91f, 0.08f);
        if (rider) color *= 0.8f + (0.5f * (x + 0.3f));
        else if (head) color = y > 0.93f ? m.Second : new Vector3(0.8f, 0.6f, 0.5f);
        else if (leg) color = m.Second * 0.8f;
        else color = new Vector3(0.1f);
        return rim || frame || rider || leg || head;
    }

    private static bool Near(float x, float cx, float y, float cy, float radius)
        => ((x - cx) * (x - cx)) + ((y - cy) * (y - cy)) < radius * radius;

    private static bool Ring(float x, float y) => MathF.Abs(MathF.Sqrt((x * x) + (y * y)) - 0.165f) < 0.035f;
}
