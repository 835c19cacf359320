using System.Numerics;

namespace RealtimeSeg.Core.Street;

/// <summary>Sky and light of one moment: by day as the street's look has it, and at dusk low, warm, and then blue.</summary>
public sealed class StreetSky
{
    private static readonly Vector3 Ambient = new(0.55f), DuskAmbient = new(0.3f, 0.32f, 0.42f);
    private static readonly Vector3 Sun = new(0.5f), LowSun = new(0.75f, 0.45f, 0.2f);
    private static readonly Vector3 DuskTop = new(0.13f, 0.17f, 0.32f), DuskLow = new(0.62f, 0.4f, 0.32f);
    private readonly Vector3 _sun, _ambient, _sunlight, _top;
    private readonly float _clouds;

    /// <param name="seed">Of the street.</param>
    /// <param name="dusk">0 by day, 1 when the sun has set.</param>
    public StreetSky(int seed, float dusk)
        : this(new StreetLook(seed), dusk)
    {
    }

    /// <param name="look">The street's.</param>
    /// <param name="dusk">0 by day, 1 when the sun has set.</param>
    internal StreetSky(StreetLook look, float dusk)
    {
        Dusk = dusk;
        Seed = look.Seed;
        Noise = look.Noise * (1 + dusk);
        Exposure = look.Exposure + ((0.9f - look.Exposure) * dusk);
        Vector3 sun = look.Sun;
        _sun = Vector3.Normalize(sun with { Y = sun.Y * (1 - (0.75f * dusk)) });
        _ambient = Vector3.Lerp(Ambient, DuskAmbient, dusk);
        _sunlight = Vector3.Lerp(Sun, LowSun, Math.Min(1, 1.6f * dusk)) * Math.Clamp(2 * (1 - dusk), 0, 1);
        _top = Vector3.Lerp(look.SkyTop, DuskTop, dusk);
        Low = Vector3.Lerp(look.SkyLow, DuskLow, dusk);
        _clouds = look.Clouds;
    }

    /// <summary>0 by day, 1 when the sun has set.</summary>
    public float Dusk { get; }

    public uint Seed { get; }

    /// <summary>Factor on every colour.</summary>
    public float Exposure { get; }

    /// <summary>Range of the sensor noise, of 255.</summary>
    public float Noise { get; }

    /// <summary>Colour at the horizon.</summary>
    public Vector3 Low { get; }

    /// <summary>How much of the light a shadow takes.</summary>
    public float ShadowStrength => 0.5f * Math.Clamp(2 * (1 - Dusk), 0, 1);

    /// <summary>How brightly lamps shine.</summary>
    public float Lamps => Math.Clamp((Dusk - 0.35f) * 3, 0, 1);

    /// <summary>Where the shadow of a point one metre above the ground falls, from the place below it.</summary>
    public Vector3 ShadowOfMetre
    {
        get
        {
            Vector2 flat = new Vector2(-_sun.X, -_sun.Z) / Math.Max(0.1f, _sun.Y);
            if (flat.Length() > 3.5f) flat *= 3.5f / flat.Length();
            return new Vector3(flat.X, 0, flat.Y);
        }
    }

    /// <summary>The light on a surface with this normal.</summary>
    public Vector3 Light(Vector3 normal) => _ambient + (_sunlight * Math.Max(0, Vector3.Dot(normal, _sun)));

    /// <summary>The sky's colour.</summary>
    /// <param name="across">−0.5 at the left of the image, 0.5 at its right.</param>
    /// <param name="up">0 at the horizon, 1 at the top.</param>
    /// <param name="time">In seconds: clouds drift.</param>
    public Vector3 At(float across, float up, float time)
    {
        float far = 3f / (up + 0.25f), x = (across * far * 2) + (time * 0.02f), y = far * 2.5f;
        float cloud = (0.65f * StreetTextures.Noise(x, y, Seed)) + (0.35f * StreetTextures.Noise(x * 2.3f, y * 2.3f, Seed + 1));
        Vector3 white = Vector3.Lerp(Vector3.One, Low, 0.3f + (0.5f * Dusk));
        return Vector3.Lerp(Vector3.Lerp(Low, _top, up), white, Math.Clamp((cloud - 1 + _clouds) * 2.2f, 0, 0.85f));
    }
}
