using System.Numerics;

namespace RealtimeSeg.Core.Street;

/// <summary>
/// A small software rasteriser: perspective-correct textured quads with a depth buffer, into a BGR image and a label map at once,
/// so that the labels are exact. Camera space: x right, y up, z forward, in metres.
/// </summary>
public sealed class StreetCanvas(int width, int height)
{
    private const float NearPlane = 0.4f;
    private readonly float[] _depth = new float[width * height];

    /// <summary>height × width × 3 bytes.</summary>
    public byte[] Bgr { get; } = new byte[width * height * 3];

    /// <summary>height × width bytes, <see cref="StreetClasses"/>.</summary>
    public byte[] Labels { get; } = new byte[width * height];

    public required float Focal { get; set; }

    /// <summary>Row of the horizon in pixels.</summary>
    public required float Horizon { get; set; }

    /// <summary>Colour of the haze and its density per metre.</summary>
    public (Vector3 Color, float Density) Haze { get; set; }

    public float Time { get; set; }

    /// <summary>Sky everywhere: a gradient with clouds.</summary>
    public void Clear(Vector3 top, Vector3 low, float clouds, uint seed)
    {
        Array.Fill(_depth, float.PositiveInfinity);
        Array.Fill(Labels, StreetClasses.Sky);
        for (int y = 0; y < height; y++)
        {
            float up = Math.Clamp((Horizon - y) / Math.Max(1, Horizon), 0, 1);
            Vector3 clear = Vector3.Lerp(low, top, up);
            for (int x = 0; x < width; x++)
            {
                float far = 3f / (up + 0.25f);
                float cloud = StreetTextures.Noise(((x / (float)width) - 0.5f) * far * 3, far + (Time * 0.03f), seed);
                Put((y * width) + x, Vector3.Lerp(clear, Vector3.One, Math.Clamp((cloud - 1 + clouds) * 2, 0, 0.9f)));
            }
        }
    }

    /// <summary>A parallelogram: <paramref name="origin"/> is its lower left corner, the sides span it.</summary>
    public void Quad(Vector3 origin, Vector3 right, Vector3 up, in Material material, byte label, float light)
    {
        float w = right.Length(), h = up.Length();
        Span<Vertex> corners =
        [
            new(origin, 0, 0), new(origin + right, w, 0), new(origin + right + up, w, h), new(origin + up, 0, h),
        ];
        Span<Vertex> clipped = stackalloc Vertex[8];
        int n = ClipNear(corners, clipped);
        Paint paint = new(material, w, h, label, light);
        for (int i = 1; i + 1 < n; i++) Triangle(clipped[0], clipped[i], clipped[i + 1], paint);
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

    private void Triangle(in Vertex a, in Vertex b, in Vertex c, in Paint paint)
    {
        Vector2 pa = Project(a.At), pb = Project(b.At), pc = Project(c.At);
        float area = Cross(pb - pa, pc - pa);
        if (MathF.Abs(area) < 1e-6f) return;
        Vector2 least = Vector2.Min(pa, Vector2.Min(pb, pc)), most = Vector2.Max(pa, Vector2.Max(pb, pc));
        int x0 = (int)Math.Max(0, MathF.Floor(least.X)), x1 = (int)Math.Min(width - 1, MathF.Ceiling(most.X));
        int y0 = (int)Math.Max(0, MathF.Floor(least.Y)), y1 = (int)Math.Min(height - 1, MathF.Ceiling(most.Y));
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
                if (z >= _depth[i]) continue;
                float u = Vector3.Dot(weights, new Vector3(a.U, b.U, c.U)) * z, v = Vector3.Dot(weights, new Vector3(a.V, b.V, c.V)) * z;
                if (!StreetTextures.Shade(paint.Material, u, v, paint.Width, paint.Height, Time, out Vector3 color)) continue;
                _depth[i] = z;
                Labels[i] = paint.Label;
                Put(i, Vector3.Lerp(Haze.Color, color * paint.Light, MathF.Exp(-z * Haze.Density)));
            }
        }
    }

    private Vector2 Project(Vector3 p) => new((width / 2f) + (Focal * p.X / p.Z), Horizon - (Focal * p.Y / p.Z));

    private static float Cross(Vector2 a, Vector2 b) => (a.X * b.Y) - (a.Y * b.X);

    private void Put(int pixel, Vector3 rgb)
    {
        Vector3 c = Vector3.Clamp(rgb, Vector3.Zero, Vector3.One) * 255;
        Bgr[pixel * 3] = (byte)c.Z;
        Bgr[(pixel * 3) + 1] = (byte)c.Y;
        Bgr[(pixel * 3) + 2] = (byte)c.X;
    }

    private readonly record struct Paint(Material Material, float Width, float Height, byte Label, float Light);

    private readonly record struct Vertex(Vector3 At, float U, float V)
    {
        public static Vertex Lerp(Vertex a, Vertex b, float t)
            => new(Vector3.Lerp(a.At, b.At, t), a.U + ((b.U - a.U) * t), a.V + ((b.V - a.V) * t));
    }
}
