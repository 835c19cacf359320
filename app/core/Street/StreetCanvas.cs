using System.Numerics;
using System.Runtime.InteropServices;

namespace RealtimeSeg.Core.Street;

/// <summary>
/// A small software rasteriser: perspective-correct textured quads with a depth buffer, into a BGR image and a label map at once,
/// so that the labels are exact. Camera space: x right, y up, z forward, in metres. Quads are collected, and then drawn.
/// </summary>
public sealed class StreetCanvas(int width, int height)
{
    private const float NearPlane = 0.4f;

    /// <summary>A shadow lies on what is this much nearer at most, as a share of its distance.</summary>
    private const float ShadowReach = 0.03f;

    /// <summary>From so many pixels on, all threads draw an image in bands of rows; a smaller one leaves them to the network.</summary>
    private const int ManyPixels = 640 * 480;

    private const int Bands = 8;
    private readonly float[] _depth = new float[width * height], _shade = new float[width * height];
    private readonly Vector3[] _color = new Vector3[width * height];
    private readonly List<Triangle> _triangles = [];

    /// <summary>height × width × 3 bytes.</summary>
    public byte[] Bgr { get; } = new byte[width * height * 3];

    /// <summary>height × width bytes, <see cref="StreetClasses"/>.</summary>
    public byte[] Labels { get; } = new byte[width * height];

    public required float Focal { get; set; }

    /// <summary>Row of the horizon in pixels.</summary>
    public required float Horizon { get; set; }

    /// <summary>Density of the haze per metre; it has the sky's colour at the horizon.</summary>
    public float Haze { get; set; }

    /// <summary>A parallelogram: <paramref name="origin"/> is its lower left corner, the sides span it.</summary>
    public void Quad(Vector3 origin, Vector3 right, Vector3 up, in Material material, byte label, Vector3 light)
        => Add(origin, right, up, new Paint(material, right.Length(), up.Length(), label, light, Shadow: 0));

    /// <summary>Darkens what lies on the ground there already, and keeps its class; where shadows overlap, the darkest counts.</summary>
    public void Shadow(Vector3 origin, Vector3 right, Vector3 up, in Material silhouette, float strength)
        => Add(origin, right, up, new Paint(silhouette, right.Length(), up.Length(), 0, Vector3.One, strength));

    /// <summary>Draws the quads that were added since the last time over a sky.</summary>
    public void Draw(StreetSky sky, float time, uint frame)
    {
        if (width * height < ManyPixels) DrawRows(0, height, sky, time, frame);
        else DrawOnAllThreads(sky, time, frame);
        _triangles.Clear();
    }

    private void DrawOnAllThreads(StreetSky sky, float time, uint frame) => Parallel.For(
        0, Bands, band => DrawRows(height * band / Bands, height * (band + 1) / Bands, sky, time, frame));

    private void DrawRows(int first, int end, StreetSky sky, float time, uint frame)
    {
        Clear(first, end, sky, time);
        foreach (ref readonly Triangle t in CollectionsMarshal.AsSpan(_triangles)) Fill(t, first, end, sky.Low, time);
        for (int y = first; y < end; y++) Expose(y, sky, frame);
    }

    /// <summary>Sky everywhere: a gradient with clouds.</summary>
    private void Clear(int first, int end, StreetSky sky, float time)
    {
        for (int y = first; y < end; y++)
        {
            float up = Math.Clamp((Horizon - y) / Math.Max(1, Horizon), 0, 1);
            for (int x = 0; x < width; x++)
            {
                int i = (y * width) + x;
                (_depth[i], _shade[i], Labels[i]) = (float.PositiveInfinity, 1, StreetClasses.Sky);
                _color[i] = sky.At((x / (float)width) - 0.5f, up, time);
            }
        }
    }

    private void Add(Vector3 origin, Vector3 right, Vector3 up, in Paint paint)
    {
        Span<Vertex> corners =
        [
            new(origin, 0, 0), new(origin + right, paint.Width, 0),
            new(origin + right + up, paint.Width, paint.Height), new(origin + up, 0, paint.Height),
        ];
        Span<Vertex> clipped = stackalloc Vertex[8];
        int n = ClipNear(corners, clipped);
        for (int i = 1; i + 1 < n; i++) _triangles.Add(new Triangle(clipped[0], clipped[i], clipped[i + 1], paint));
    }

    private static int ClipNear(ReadOnlySpan<Vertex> polygon, Span<Vertex> result)
    {
        int n = 0;
        for (int i = 0; i < polygon.Length; i++)
        {
            Vertex a = polygon[i], b = polygon[(i + 1) % polygon.Length];
            bool insideA = a.At.Z >= NearPlane, insideB = b.At.Z >= NearPlane;
            if (insideA) result[n++] = a;
            if (insideA != insideB) result[n++] = Vertex.Lerp(a, b, (NearPlane - a.At.Z) / (b.At.Z - a.At.Z));
        }

        return n;
    }

    /// <summary>The part of a triangle in rows from <paramref name="first"/> to before <paramref name="end"/>.</summary>
    private void Fill(in Triangle t, int first, int end, Vector3 haze, float time)
    {
        (Vertex a, Vertex b, Vertex c) = (t.A, t.B, t.C);
        Vector2 pa = Project(a.At), pb = Project(b.At), pc = Project(c.At);
        float area = Cross(pb - pa, pc - pa);
        if (MathF.Abs(area) < 1e-6f) return;
        Vector2 least = Vector2.Min(pa, Vector2.Min(pb, pc)), most = Vector2.Max(pa, Vector2.Max(pb, pc));
        int x0 = (int)Math.Max(0, MathF.Floor(least.X)), x1 = (int)Math.Min(width - 1, MathF.Ceiling(most.X));
        int y0 = (int)Math.Max(first, MathF.Floor(least.Y)), y1 = (int)Math.Min(end - 1, MathF.Ceiling(most.Y));
        Vector3 inverse = new(1 / a.At.Z, 1 / b.At.Z, 1 / c.At.Z);
        for (int y = y0; y <= y1; y++)
        {
            for (int x = x0; x <= x1; x++)
            {
                Vector2 p = new(x + 0.5f, y + 0.5f);
                Vector3 share = new Vector3(Cross(pc - pb, p - pb), Cross(pa - pc, p - pc), Cross(pb - pa, p - pa)) / area;
                if (share.X < 0 || share.Y < 0 || share.Z < 0) continue;
                Vector3 weights = share * inverse;
                float z = 1 / (weights.X + weights.Y + weights.Z);
                int i = (y * width) + x;
                if (t.Paint.Shadow > 0 ? z > _depth[i] * (1 + ShadowReach) || z < _depth[i] * (1 - ShadowReach) : z >= _depth[i]) continue;
                float u = Vector3.Dot(weights, new Vector3(a.U, b.U, c.U)) * z, v = Vector3.Dot(weights, new Vector3(a.V, b.V, c.V)) * z;
                Put(i, z, u, v, t.Paint, haze, time);
            }
        }
    }

    private void Put(int i, float z, float u, float v, in Paint paint, Vector3 haze, float time)
    {
        if (!StreetTextures.Shade(paint.Material, u, v, paint.Width, paint.Height, time, out Vector3 color, out Vector3 glow)) return;
        float clear = MathF.Exp(-z * Haze);
        if (paint.Shadow > 0)
        {
            float shade = 1 - (paint.Shadow * clear);
            if (shade >= _shade[i]) return;
            _color[i] *= shade / _shade[i];
            _shade[i] = shade;
            return;
        }

        (_depth[i], _shade[i], Labels[i]) = (z, 1, paint.Label);
        _color[i] = Vector3.Lerp(haze, (color * paint.Light) + glow, clear);
    }

    /// <summary>Exposure and sensor noise, which is a function of the row and the frame.</summary>
    private void Expose(int y, StreetSky sky, uint frame)
    {
        uint state = (uint)y * 2654435761u ^ (frame * 747796405u) ^ sky.Seed;
        for (int i = y * width; i < (y + 1) * width; i++)
        {
            state = (state * 1664525u) + 1013904223u;
            Vector3 grain = new((state >> 8 & 255) - 127.5f, (state >> 16 & 255) - 127.5f, (state >> 24) - 127.5f);
            Vector3 value = (Vector3.Clamp(_color[i], Vector3.Zero, Vector3.One) * 255 * sky.Exposure) + (grain * (sky.Noise / 255));
            value = Vector3.Clamp(value, Vector3.Zero, new Vector3(255));
            (Bgr[i * 3], Bgr[(i * 3) + 1], Bgr[(i * 3) + 2]) = ((byte)value.Z, (byte)value.Y, (byte)value.X);
        }
    }

    private Vector2 Project(Vector3 p) => new((width / 2f) + (Focal * p.X / p.Z), Horizon - (Focal * p.Y / p.Z));

    private static float Cross(Vector2 a, Vector2 b) => (a.X * b.Y) - (a.Y * b.X);

    private readonly record struct Triangle(Vertex A, Vertex B, Vertex C, Paint Paint);

    /// <param name="Material">What it looks like; of a shadow, what throws it.</param>
    /// <param name="Width">Of the quad, in metres.</param>
    /// <param name="Height">Likewise.</param>
    /// <param name="Label">Its class.</param>
    /// <param name="Light">That falls on it.</param>
    /// <param name="Shadow">0, or how much light a shadow takes.</param>
    private readonly record struct Paint(Material Material, float Width, float Height, byte Label, Vector3 Light, float Shadow);

    private readonly record struct Vertex(Vector3 At, float U, float V)
    {
        public static Vertex Lerp(Vertex a, Vertex b, float t)
            => new(Vector3.Lerp(a.At, b.At, t), a.U + ((b.U - a.U) * t), a.V + ((b.V - a.V) * t));
    }
}
