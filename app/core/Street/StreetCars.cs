using System.Numerics;

namespace RealtimeSeg.Core.Street;

/// <summary>Cars: a body, a cabin with windows, wheels and lamps, from a dozen quads.</summary>
internal sealed class StreetCars(StreetCanvas canvas, StreetLook look, StreetProps props)
{
    public const float Length = 4.2f;
    private const float Width = 1.75f, Sill = 0.2f, Belt = 0.84f, Roof = 1.42f, Inset = 0.1f, WheelRadius = 0.32f;

    /// <summary>Metres from the rear end: rear window, roof and windscreen, and the two axles.</summary>
    private const float RearWindow = 0.35f, RoofStart = 0.95f, RoofEnd = 2.35f, Windscreen = 3.15f, RearAxle = 0.78f, FrontAxle = 3.4f;

    private static readonly Vector3 Glass = new(0.14f, 0.17f, 0.21f);

    /// <param name="x">Of its middle.</param>
    /// <param name="z">Of the end that faces the camera.</param>
    /// <param name="direction">1 if it drives as the camera does, -1 if it comes towards it.</param>
    /// <param name="key">Decides its paint.</param>
    public void Draw(float x, float z, int direction, int key)
    {
        StreetSky sky = props.Sky;
        Vector3 paint = look.CarPaint(key), front = sky.Light(-Vector3.UnitZ), top = sky.Light(Vector3.UnitY);
        Material body = new(Surface.CarSide, paint, Glass, (uint)(direction + 1), sky.Lamps);
        Material plain = body with { Surface = Surface.Plain };
        Vector3 At(float off, float from, float up) => props.Ground(x + off, direction > 0 ? z + from : z + Length - from, up);
        void Add(Vector3 at, Vector3 right, Vector3 up, in Material m, Vector3 light)
            => canvas.Quad(at, right, up, m, StreetClasses.Car, light);

        Vector3 across = new(Width, 0, 0), along = new(0, 0, Length * direction);
        Add(props.Ground(x - (Width / 2), z, Sill), across, new Vector3(0, Belt - Sill, 0), body with { Surface = Surface.CarEnd }, front);
        foreach (float side in (ReadOnlySpan<float>)[-Width / 2, Width / 2])
        {
            Vector3 light = sky.Light(new Vector3(Math.Sign(side), 0, 0));
            Add(At(side, 0, Sill), along, new Vector3(0, Belt - Sill, 0), body, light);
            Vector3 cabin = new(0, 0, (Windscreen - RearWindow) * direction);
            float inner = side - (Inset * Math.Sign(side) * 0.5f);
            Add(At(inner, RearWindow, Belt), cabin, new Vector3(0, Roof - Belt, 0), body with { Surface = Surface.CarCabin }, light);
            foreach (float axle in (ReadOnlySpan<float>)[RearAxle, FrontAxle])
            {
                Vector3 round = new(0, 0, 2 * WheelRadius * direction);
                Vector3 corner = At(side + (0.02f * Math.Sign(side)), axle - WheelRadius, 0);
                Add(corner, round, new Vector3(0, 2 * WheelRadius, 0), body with { Surface = Surface.Wheel }, light);
            }
        }

        Vector3 narrow = new(Width - (2 * Inset), 0, 0);
        Sloped(0, Belt, RearWindow, Belt, plain);
        Sloped(Windscreen, Belt, Length, Belt, plain);
        Sloped(RoofStart, Roof, RoofEnd, Roof, plain);
        Sloped(RearWindow, Belt, RoofStart, Roof, plain with { Main = Glass * 1.3f });
        Sloped(Windscreen, Belt, RoofEnd, Roof, plain with { Main = Glass * 1.3f });
        Shadows(x, z);

        void Sloped(float from, float low, float to, float high, in Material m)
        {
            bool level = low == high;
            Vector3 width = level && low < Roof ? across : narrow;
            Vector3 start = At(-width.X / 2, from, low), end = At(-width.X / 2, to, high);
            Add(start, width, end - start, m, level ? top : (top + front) / 2);
        }
    }

    /// <summary>What it looks like: a part of a car at (u, v), or nothing outside of it.</summary>
    public static bool Shade(in Material m, float u, float v, float width, float height, ref Vector3 color, ref Vector3 glow)
    {
        float x = u / width, y = v / height;
        switch (m.Surface)
        {
            case Surface.CarEnd:
                End(m, x, y, ref color, ref glow);
                return true;
            case Surface.CarCabin:
                float start = y * (RoofStart - RearWindow) / (Windscreen - RearWindow);
                float end = 1 - (y * (Windscreen - RoofEnd) / (Windscreen - RearWindow));
                if (x < start || x > end) return false;
                bool window = y is > 0.1f and < 0.88f && x > start + 0.04f && x < end - 0.04f && MathF.Abs(x - 0.52f) > 0.015f;
                if (window) color = m.Second * (0.8f + (0.7f * (1 - x)));
                return true;
            case Surface.Wheel:
                float r = Vector2.Distance(new Vector2(x, y), new Vector2(0.5f)) * 2;
                color = r > 0.62f ? new Vector3(0.06f) : new Vector3(r > 0.55f ? 0.2f : 0.45f);
                return r < 1;
            default:
                bool Arch(float axle) => StreetTextures.Near(u, axle, v, WheelRadius - Sill, 0.38f);
                bool arch = Arch(RearAxle) || Arch(FrontAxle);
                bool seam = MathF.Abs(u - 1.35f) < 0.012f || MathF.Abs(u - 2.4f) < 0.012f;
                color *= arch ? 0.08f : seam ? 0.5f : 0.78f + (0.3f * y);
                return true;
        }
    }

    /// <summary>The end with its lamps: red ones if it drives away, whose seed is 2.</summary>
    private static void End(in Material m, float x, float y, ref Vector3 color, ref Vector3 glow)
    {
        float side = MathF.Abs(x - 0.5f);
        bool away = m.Seed == 2, lamp = y is > 0.55f and < 0.82f && side is > 0.28f and < 0.45f;
        bool plate = y is > 0.22f and < 0.4f && side < 0.15f, grille = !away && y is > 0.45f and < 0.75f && side < 0.22f;
        if (lamp) (color, glow) = away
            ? (new Vector3(0.6f, 0.06f, 0.05f), new Vector3(0.7f, 0.05f, 0.03f) * m.Lamps)
            : (new Vector3(0.85f, 0.85f, 0.8f), new Vector3(1, 0.97f, 0.85f) * m.Lamps);
        else if (plate) color = new Vector3(0.85f, 0.82f, 0.6f);
        else if (grille || y < 0.14f) color = new Vector3(0.08f);
        else color *= 0.78f + (0.25f * y);
    }

    private void Shadows(float x, float z)
    {
        Material solid = new(Surface.Plain, Vector3.Zero, Vector3.Zero, 0);
        Vector3 corner = props.Ground(x - (Width / 2), z), across = new(Width, 0, 0), along = new(0, 0, Length);
        canvas.Shadow(corner, across, along, solid, 0.6f);
        props.Cast(corner, along, Roof, solid);
        props.Cast(corner + across, along, Roof, solid);
        props.Cast(corner, across, Roof, solid);
        props.Cast(corner + along, across, Roof, solid);
    }
}
