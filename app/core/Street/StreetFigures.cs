using System.Numerics;

namespace RealtimeSeg.Core.Street;

/// <summary>
/// People in the unit square: feet at y = 0, head below y = 1, x in units of their height around 0. Limbs are capsules between joints
/// that swing with time; later ones lie in front.
/// </summary>
internal static class StreetFigures
{
    /// <summary>Radians per second of a walker's and a rider's legs.</summary>
    private const float Pace = 6.5f, Cadence = 8;

    private static readonly Vector3 Shoe = new(0.09f, 0.08f, 0.08f), Rubber = new(0.08f), Steel = new(0.35f);

    /// <summary>Somebody who walks to the right, seen from the side.</summary>
    public static bool WalkerAside(in Material m, float x, float y, float time, ref Vector3 color)
    {
        Pen pen = new(new Vector2(x, y));
        float phase = (time * Pace) + (m.Seed % 7);
        Vector2 hip = new(0, 0.5f + (0.008f * MathF.Sin(2 * phase))), shoulder = hip + new Vector2(0.015f, 0.31f);
        Arm(ref pen, shoulder, -MathF.Sin(phase), m.Main * 0.7f, Skin(m) * 0.8f);
        Leg(ref pen, hip, phase + MathF.PI, m.Second * 0.72f);
        Leg(ref pen, hip, phase, m.Second);
        pen.Line(hip + new Vector2(0, 0.02f), shoulder - new Vector2(0, 0.03f), 0.068f, 0.075f, m.Main);
        Arm(ref pen, shoulder, MathF.Sin(phase), m.Main * 0.88f, Skin(m));
        Head(ref pen, shoulder + new Vector2(0.015f, 0.115f), m, aside: true);
        return pen.Take(ref color);
    }

    /// <summary>Somebody who comes or goes, seen from the front or the back.</summary>
    public static bool WalkerAhead(in Material m, float x, float y, float time, ref Vector3 color)
    {
        Pen pen = new(new Vector2(x, y));
        float phase = (time * Pace) + (m.Seed % 7);
        bool back = m.Seed % 2 == 0;
        for (int side = -1; side <= 1; side += 2)
        {
            float lift = 0.05f * Math.Max(0, MathF.Sin(phase * side)), forth = MathF.Cos(phase) * side;
            Vector2 hip = new(0.052f * side, 0.5f), knee = new(0.056f * side, 0.27f + (0.6f * lift));
            Vector2 foot = new(0.055f * side, 0.035f + lift);
            Vector3 cloth = m.Second * (0.86f + (0.14f * forth));
            pen.Line(foot, foot - new Vector2(0, 0.015f), 0.035f, 0.035f, Shoe);
            pen.Line(hip, knee, 0.056f, 0.043f, cloth);
            pen.Line(knee, foot + new Vector2(0, 0.02f), 0.043f, 0.033f, cloth);
            Vector2 shoulder = new(0.115f * side, 0.79f), elbow = new(0.15f * side, 0.63f);
            Vector2 hand = new(0.15f * side, 0.49f + (0.03f * forth));
            pen.Line(shoulder, elbow, 0.036f, 0.032f, m.Main * 0.85f);
            pen.Line(elbow, hand, 0.032f, 0.028f, m.Main * 0.85f);
            pen.Line(hand, hand - new Vector2(0, 0.02f), 0.026f, 0.026f, Skin(m));
        }

        pen.Line(new Vector2(-0.045f, 0.52f), new Vector2(-0.05f, 0.77f), 0.055f, 0.062f, m.Main);
        pen.Line(new Vector2(0.045f, 0.52f), new Vector2(0.05f, 0.77f), 0.055f, 0.062f, m.Main);
        pen.Line(new Vector2(0, 0.52f), new Vector2(0, 0.77f), 0.06f, 0.07f, m.Main);
        Head(ref pen, new Vector2(0, 0.925f), m, aside: false, back);
        return pen.Take(ref color);
    }

    /// <summary>Somebody who rides to the right, seen from the side; the square is 1.0 high and the bicycle about as long.</summary>
    public static bool RiderAside(in Material m, float x, float y, float time, ref Vector3 color)
    {
        Pen pen = new(new Vector2(x, y));
        float phase = (time * Cadence) + (m.Seed % 7);
        Vector2 back = new(-0.29f, 0.19f), front = new(0.29f, 0.19f), crank = new(-0.02f, 0.17f);
        Vector2 saddle = new(-0.11f, 0.52f), bars = new(0.22f, 0.58f), hip = new(-0.1f, 0.56f), shoulder = new(0.07f, 0.83f);
        pen.Ring(back, 0.175f, 0.02f, Rubber);
        pen.Ring(front, 0.175f, 0.02f, Rubber);
        Vector3 frame = Vector3.Lerp(m.Main, Steel, 0.3f);
        Pedal(ref pen, hip, crank, phase + MathF.PI, m.Second * 0.7f);
        foreach ((Vector2 a, Vector2 b) in (ReadOnlySpan<(Vector2, Vector2)>)
            [(back, crank), (crank, saddle), (back, saddle), (crank, bars), (saddle, bars - new Vector2(0.03f, 0.08f)), (front, bars)])
            pen.Line(a, b, 0.014f, 0.014f, frame);
        pen.Line(bars - new Vector2(0.03f, 0), bars + new Vector2(0.03f, 0.02f), 0.013f, 0.013f, Steel);
        Pedal(ref pen, hip, crank, phase, m.Second);
        pen.Line(hip, shoulder - new Vector2(0.01f, 0.03f), 0.066f, 0.07f, m.Main);
        Vector2 elbow = Vector2.Lerp(shoulder, bars, 0.5f) - new Vector2(-0.02f, 0.04f);
        pen.Line(shoulder, elbow, 0.034f, 0.03f, m.Main * 0.88f);
        pen.Line(elbow, bars, 0.03f, 0.024f, Skin(m));
        Head(ref pen, shoulder + new Vector2(0.05f, 0.1f), m, aside: true);
        pen.Helmet(shoulder + new Vector2(0.05f, 0.115f), m.Main);
        return pen.Take(ref color);
    }

    /// <summary>Somebody who rides away or comes.</summary>
    public static bool RiderAhead(in Material m, float x, float y, float time, ref Vector3 color)
    {
        Pen pen = new(new Vector2(x, y));
        float phase = (time * Cadence) + (m.Seed % 7);
        pen.Line(new Vector2(0, 0.03f), new Vector2(0, 0.36f), 0.022f, 0.022f, Rubber);
        pen.Line(new Vector2(-0.13f, 0.6f), new Vector2(0.13f, 0.6f), 0.014f, 0.014f, Steel);
        for (int side = -1; side <= 1; side += 2)
        {
            float up = 0.075f * MathF.Sin(phase) * side;
            Vector2 hip = new(0.06f * side, 0.54f), knee = new(0.085f * side, 0.4f + up), foot = new(0.07f * side, 0.17f + up);
            pen.Line(hip, knee, 0.055f, 0.044f, m.Second);
            pen.Line(knee, foot, 0.042f, 0.032f, m.Second * 0.9f);
            pen.Line(foot, foot - new Vector2(0, 0.015f), 0.032f, 0.032f, Shoe);
            pen.Line(new Vector2(0.11f * side, 0.82f), new Vector2(0.15f * side, 0.62f), 0.035f, 0.028f, m.Main * 0.85f);
        }

        pen.Line(new Vector2(-0.045f, 0.56f), new Vector2(-0.05f, 0.8f), 0.055f, 0.062f, m.Main);
        pen.Line(new Vector2(0.045f, 0.56f), new Vector2(0.05f, 0.8f), 0.055f, 0.062f, m.Main);
        Head(ref pen, new Vector2(0, 0.915f), m, aside: false, back: m.Seed % 2 == 0);
        pen.Helmet(new Vector2(0, 0.93f), m.Main);
        return pen.Take(ref color);
    }

    private static Vector3 Skin(in Material m)
        => Vector3.Lerp(new Vector3(0.86f, 0.66f, 0.54f), new Vector3(0.4f, 0.26f, 0.18f), StreetTextures.Hash(1, 2, m.Seed));

    private static void Leg(ref Pen pen, Vector2 hip, float phase, Vector3 cloth)
    {
        float thigh = 0.48f * MathF.Sin(phase), bend = 0.75f * Math.Max(0, MathF.Cos(phase)) + 0.08f;
        Vector2 knee = hip + (0.24f * Down(thigh)), foot = knee + (0.23f * Down(thigh - bend));
        pen.Line(foot, foot + (0.06f * Ahead(thigh - (0.6f * bend))), 0.025f, 0.02f, Shoe);
        pen.Line(hip, knee, 0.057f, 0.043f, cloth);
        pen.Line(knee, foot, 0.043f, 0.03f, cloth);
    }

    private static void Arm(ref Pen pen, Vector2 shoulder, float swing, Vector3 sleeve, Vector3 skin)
    {
        Vector2 at = shoulder - new Vector2(0, 0.02f), elbow = at + (0.16f * Down(0.4f * swing));
        Vector2 hand = elbow + (0.15f * Down((0.4f * swing) + 0.35f));
        pen.Line(at, elbow, 0.036f, 0.03f, sleeve);
        pen.Line(elbow, hand, 0.03f, 0.025f, sleeve);
        pen.Line(hand, hand + (0.025f * Down((0.4f * swing) + 0.35f)), 0.024f, 0.02f, skin);
    }

    /// <summary>A leg whose foot goes round with the crank.</summary>
    private static void Pedal(ref Pen pen, Vector2 hip, Vector2 crank, float phase, Vector3 cloth)
    {
        Vector2 foot = crank + (0.085f * new Vector2(MathF.Cos(phase), -MathF.Sin(phase))), half = (foot - hip) / 2;
        float bow = MathF.Sqrt(Math.Max(0, (0.24f * 0.24f) - half.LengthSquared()));
        Vector2 knee = hip + half + (bow * Vector2.Normalize(new Vector2(-half.Y, half.X)));
        pen.Line(hip, knee, 0.055f, 0.042f, cloth);
        pen.Line(knee, foot, 0.042f, 0.03f, cloth);
        pen.Line(foot - new Vector2(0.01f, 0.01f), foot + new Vector2(0.05f, -0.01f), 0.022f, 0.018f, Shoe);
    }

    private static void Head(ref Pen pen, Vector2 at, in Material m, bool aside, bool back = false)
    {
        Vector3 skin = Skin(m), hair = new Vector3(0.5f, 0.36f, 0.2f) * (0.15f + (0.9f * StreetTextures.Hash(3, 4, m.Seed)));
        pen.Line(at - new Vector2(0, 0.09f), at, 0.03f, 0.03f, skin * 0.85f);
        pen.Line(at - new Vector2(0, 0.012f), at + new Vector2(0, 0.018f), 0.052f, 0.054f, back ? hair : skin);
        if (!back) pen.Line(at + new Vector2(aside ? -0.022f : 0, 0.03f), at + new Vector2(0, 0.038f), 0.046f, 0.044f, hair);
    }

    /// <summary>Vectors at an angle to straight down and straight ahead.</summary>
    private static Vector2 Down(float angle) => new(MathF.Sin(angle), -MathF.Cos(angle));

    private static Vector2 Ahead(float angle) => new(MathF.Cos(angle), MathF.Sin(angle));

    /// <summary>Finds what lies over one point, the last thing drawn being the nearest.</summary>
    private ref struct Pen(Vector2 at)
    {
        private Vector3 _color;
        private bool _hit;

        /// <summary>A capsule with a radius at each end, lit from the left.</summary>
        public void Line(Vector2 from, Vector2 to, float fromRadius, float toRadius, Vector3 color)
        {
            Vector2 along = to - from;
            float share = Math.Clamp(Vector2.Dot(at - from, along) / Math.Max(1e-6f, along.LengthSquared()), 0, 1);
            float radius = fromRadius + ((toRadius - fromRadius) * share);
            Vector2 away = at - from - (along * share);
            if (away.LengthSquared() > radius * radius) return;
            (_hit, _color) = (true, color * (0.92f - (0.25f * away.X / radius) + (0.08f * away.Y / radius)));
        }

        public void Ring(Vector2 centre, float radius, float half, Vector3 color)
        {
            float off = Vector2.Distance(at, centre) - radius;
            if (MathF.Abs(off) <= half) (_hit, _color) = (true, color);
        }

        /// <summary>The upper half of a disc.</summary>
        public void Helmet(Vector2 centre, Vector3 color)
        {
            if (at.Y >= centre.Y && Vector2.Distance(at, centre) < 0.062f)
                (_hit, _color) = (true, Vector3.Lerp(color, Vector3.One, 0.25f) * (0.9f + (2 * (at.Y - centre.Y))));
        }

        public readonly bool Take(ref Vector3 color)
        {
            if (_hit) color = _color;
            return _hit;
        }
    }
}
