using System.Numerics;
using static RealtimeSeg.Core.Street.StreetTextures;

namespace RealtimeSeg.Core.Street;

/// <summary>
/// A drive along an endless street, drawn from a seed: houses, trees, poles, signs and fences stand in plots along both sides, cars
/// and cyclists drive, people walk. <see cref="Render"/> gives the picture at a time with the exact class of each pixel.
/// </summary>
public sealed class StreetScene
{
    private const float Plot = 12, Sight = 130;
    private readonly StreetCanvas _canvas;
    private readonly int _pixels;
    private readonly uint _seed;
    private readonly float _road, _walk, _eye, _lane, _speed, _exposure, _noise;
    private readonly Vector3 _skyTop, _skyLow, _sun;

    /// <param name="seed">Everything else follows from it.</param>
    /// <param name="width">Picture width in pixels.</param>
    /// <param name="height">Picture height in pixels.</param>
    public StreetScene(int seed, int width, int height)
    {
        _seed = (uint)seed * 2654435761u;
        _pixels = width * height;
        _road = Range(0, 3.8f, 6f);
        _walk = Range(1, 2f, 3.6f);
        _eye = Range(2, 1.2f, 1.8f);
        _lane = Range(3, 0.8f, _road - 1.4f);
        _speed = Range(4, 5, 11);
        _exposure = Range(5, 0.55f, 1.15f);
        _noise = Range(6, 2, 12);
        float warm = Range(7, 0, 1);
        _skyTop = Vector3.Lerp(new Vector3(0.35f, 0.52f, 0.8f), new Vector3(0.66f, 0.68f, 0.72f), warm);
        _skyLow = Vector3.Lerp(new Vector3(0.8f, 0.87f, 0.94f), new Vector3(0.9f, 0.86f, 0.8f), warm);
        _sun = Vector3.Normalize(new Vector3(Range(8, -1, 1), Range(9, 0.5f, 1.2f), Range(10, -0.8f, 0.4f)));
        _canvas = new StreetCanvas(width, height)
        {
            Focal = width * Range(11, 0.75f, 1.15f),
            Horizon = height * Range(12, 0.38f, 0.52f),
            Haze = (_skyLow, Range(13, 0.002f, 0.009f)),
        };
    }

    /// <summary>Draws the moment <paramref name="seconds"/> of the drive.</summary>
    /// <param name="seconds">Time since the drive began.</param>
    /// <param name="bgr">Height × width × 3 bytes.</param>
    /// <param name="labels">Height × width bytes, <see cref="StreetClasses"/>.</param>
    public void Render(double seconds, Span<byte> bgr, Span<byte> labels)
    {
        float time = (float)seconds, at = time * _speed;
        _canvas.Time = time;
        _canvas.Clear(_skyTop, _skyLow, Range(14, 0.2f, 0.8f), _seed);
        Ground(at);
        for (int plot = (int)MathF.Floor(at / Plot) - 1; plot * Plot < at + Sight; plot++)
        {
            Side(at, plot, -1);
            Side(at, plot, 1);
        }

        Movers(at, time);
        Expose((uint)(seconds * 1000));
        _canvas.Bgr.CopyTo(bgr);
        _canvas.Labels.CopyTo(labels);
    }

    private void Ground(float at)
    {
        float start = MathF.Floor(at / 6) * 6;
        // The texture's origin is the quad's corner: moving it in whole periods keeps markings and slabs fixed to the ground.
        Vector3 forward = new(0, 0, Sight + 12);
        Material asphalt = new(Surface.Asphalt, Grey(15, 0.25f, 0.45f), new Vector3(0.85f), _seed);
        Flat(-_road, 0, _road, asphalt, StreetClasses.Road);
        Flat(0, _road, _road, asphalt with { Seed = _seed + 1 }, StreetClasses.Road);
        Material slabs = new(Surface.Paving, new Vector3(1.06f, 1, 0.94f) * Grey(16, 0.45f, 0.72f), Vector3.Zero, _seed);
        Raised(-_road - _walk - 8);
        Raised(_road);

        void Flat(float x0, float x1, float width, in Material m, byte label) => _canvas.Quad(
            new Vector3(x0 + _lane, -_eye, start - 6 - at), new Vector3(x1 - x0, 0, 0), forward, m, label, Light(Vector3.UnitY));

        void Raised(float x0)
        {
            Vector3 corner = new(x0 + _lane, 0.12f - _eye, start - 6 - at);
            _canvas.Quad(corner, new Vector3(_walk + 8, 0, 0), forward, slabs, StreetClasses.Pavement, Light(Vector3.UnitY));
            float kerb = x0 < 0 ? -_road : _road;
            _canvas.Quad(new Vector3(kerb + _lane, -_eye, corner.Z), forward, new Vector3(0, 0.12f, 0), slabs, StreetClasses.Pavement, Light(Vector3.UnitX) * 0.9f);
        }
    }

    /// <summary>What stands in one plot of one side.</summary>
    private void Side(float at, int plot, int side)
    {
        int key = (plot * 2) + (side > 0 ? 1 : 0);
        float z = (plot * Plot) - at, kerb = side * _road, wall = side * (_road + _walk + (2 * Pick(key, 0)));
        uint seed = _seed + ((uint)key * 97);
        if (Pick(key, 1) < 0.82f)
        {
            float tall = 5 + (11 * Pick(key, 2)), deep = 9;
            Material facade = new(Surface.Facade, Brick(key), new Vector3(0.55f) + (0.4f * new Vector3(Pick(key, 4))), seed);
            Standing(wall, z, new Vector3(0, 0, Plot - (2.5f * Pick(key, 5))), tall, facade, StreetClasses.Building, Light(new Vector3(-side, 0, 0)));
            Standing(side > 0 ? wall : wall - deep, z, new Vector3(deep, 0, 0), tall, facade, StreetClasses.Building, Light(-Vector3.UnitZ));
        }
        else
        {
            Tree(wall + (side * 2), z + 5, 6 + (4 * Pick(key, 6)), seed);
            Standing(wall, z, new Vector3(0, 0, Plot), 1.2f, new Material(Surface.Railing, Brick(key + 5) * 0.8f, Vector3.Zero, seed), StreetClasses.Fence, Light(Vector3.UnitX));
        }

        if (Pick(key, 7) < 0.4f) Tree(kerb + (side * 1.1f), z + 3 + (3 * Pick(key, 8)), 4 + (4 * Pick(key, 9)), seed + 1);
        if (Pick(key, 10) < 0.7f) Pole(kerb + (side * 0.5f), z + (9 * Pick(key, 11)), 3.2f + (4 * Pick(key, 12)), seed);
        if (Pick(key, 13) < 0.45f) Sign(kerb + (side * 0.6f), z + (8 * Pick(key, 14)), key, seed);
        if (Pick(key, 15) < 0.3f)
            Standing(kerb + (side * 0.25f), z, new Vector3(0, 0, 6), 1.1f, new Material(Surface.Railing, Grey(17, 0.2f, 0.6f), Vector3.Zero, seed), StreetClasses.Fence, Light(Vector3.UnitX));
        // The camera drives on the left: cars park there only where the road leaves it room.
        if (Pick(key, 16) < 0.35f && (side > 0 || _lane < _road - 3.3f)) Car(kerb - (side * 1.1f), z + 2, 1, key);

        void Standing(float x, float zz, Vector3 along, float tall, in Material m, byte label, float light)
            => _canvas.Quad(new Vector3(x + _lane, 0.1f - _eye, zz), along, new Vector3(0, tall, 0), m, label, light);

        void Tree(float x, float zz, float tall, uint s)
        {
            float crown = tall * (0.55f + (0.3f * Hash(1, 2, s)));
            Standing(x - 0.14f, zz, new Vector3(0.28f, 0, 0), tall * 0.6f, new Material(Surface.Trunk, new Vector3(0.3f, 0.23f, 0.17f), Vector3.Zero, s), StreetClasses.Tree, 1);
            Vector3 green = Vector3.Lerp(new Vector3(0.3f, 0.42f, 0.14f), new Vector3(0.45f, 0.4f, 0.2f), Hash(3, 4, s));
            for (int layer = 0; layer < 2; layer++)
            {
                _canvas.Quad(new Vector3(x - (crown / 2) + _lane, (tall * 0.35f) - _eye, zz - 0.1f - (layer * 0.7f)), new Vector3(crown, 0, 0), new Vector3(0, tall * 0.75f, 0),
                    new Material(Surface.Foliage, green, green * 0.3f, s + (uint)layer), StreetClasses.Tree, Light(Vector3.UnitY));
            }
        }

        void Pole(float x, float zz, float tall, uint s)
            => Standing(x - 0.07f, zz, new Vector3(0.14f, 0, 0), tall, new Material(Surface.Plain, Grey(18, 0.2f, 0.5f), Vector3.Zero, s), StreetClasses.Pole, 1);

        void Sign(float x, float zz, int k, uint s)
        {
            float tall = 2 + (1.2f * Pick(k, 20)), size = 0.6f + (0.5f * Pick(k, 21));
            Pole(x, zz, tall, s);
            Vector3 rim = Pick(k, 22) < 0.5f ? new Vector3(0.75f, 0.1f, 0.1f) : new Vector3(0.1f, 0.25f, 0.6f);
            _canvas.Quad(new Vector3(x - (size / 2) + _lane, tall - _eye, zz - 0.05f), new Vector3(size, 0, 0), new Vector3(0, size, 0),
                new Material(Surface.SignFace, rim, new Vector3(0.9f), s), StreetClasses.Sign, 1);
        }

        void Car(float x, float zz, int dir, int k) => StreetScene.Car(_canvas, new Vector3(x + _lane, -_eye, zz), CarPaint(k), dir, Light(-Vector3.UnitZ), Light(Vector3.UnitX));
    }

    /// <summary>Cars in both lanes, cyclists at the road's edge, people on the pavements.</summary>
    private void Movers(float at, float time)
    {
        for (int i = 0; i < 14; i++)
        {
            int key = 5000 + i;
            float pick = Pick(key, 0), speed = i < 4 ? (i % 2 == 0 ? -8 : 9) * (0.7f + (0.5f * pick)) : (i % 2 == 0 ? -1.3f : 1.2f) * (0.7f + (0.5f * pick)) * (i < 7 ? 3 : 1);
            float loop = Sight - 20, z = Pick(key, 1) * loop + (speed * time) - at;
            z = z - (MathF.Floor(z / loop) * loop) + 4;
            if (i < 4 && speed > 0) z = 13 + (50 * Pick(key, 1)) + (5 * MathF.Sin((0.3f * time) + i)); // in our lane: keeps ahead of us
            if (i < 4)
            {
                int direction = speed < 0 ? -1 : 1;
                Car(_canvas, new Vector3((_road * (direction > 0 ? -0.45f : 0.45f)) + (direction > 0 ? 0 : 0.4f) + _lane, -_eye, z), CarPaint(key), direction, Light(-Vector3.UnitZ), Light(Vector3.UnitX));
                continue;
            }

            bool cyclist = i < 7;
            float side = Pick(key, 2) < 0.5f ? -1 : 1, x = side * (cyclist ? _road - 0.8f : _road + 0.7f + (Pick(key, 3) * (_walk - 1)));
            float tall = cyclist ? 1.75f : 1.5f + (0.4f * Pick(key, 4)), wide = cyclist ? 1.5f * (0.45f + (0.55f * Pick(key, 5))) : 0.62f;
            Material m = new(cyclist ? Surface.Cyclist : Surface.Person, Cloth(key), Cloth(key + 31) * 0.6f, (uint)key);
            _canvas.Quad(new Vector3(x - (wide / 2) + _lane, (cyclist ? 0 : 0.12f) - _eye, z), new Vector3(wide, 0, 0), new Vector3(0, tall, 0), m,
                cyclist ? StreetClasses.Bicyclist : StreetClasses.Pedestrian, 0.9f);
        }
    }

    /// <summary>A car as a box: an end facing the camera, two sides, a roof.</summary>
    private static void Car(StreetCanvas canvas, Vector3 at, Vector3 paint, int direction, float front, float side)
    {
        const float Width = 1.75f, Height = 1.45f, Length = 4.2f;
        Material body = new(Surface.CarSide, paint, new Vector3(0.22f, 0.27f, 0.33f), (uint)(direction + 1));
        Vector3 corner = at - new Vector3(Width / 2, 0, 0), up = new(0, Height, 0), across = new(Width, 0, 0), along = new(0, 0, Length);
        canvas.Quad(corner, across, up, body, StreetClasses.Car, front);
        canvas.Quad(corner, along, up, body, StreetClasses.Car, side);
        canvas.Quad(corner + across, along, up, body, StreetClasses.Car, side);
        canvas.Quad(corner + (up * 0.97f) + new Vector3(0.2f, 0, 0.8f), across - new Vector3(0.4f, 0, 0), new Vector3(0, 0, 2.2f), body with { Surface = Surface.Plain }, StreetClasses.Car, 1.1f);
    }

    /// <summary>Exposure and sensor noise.</summary>
    private void Expose(uint frame)
    {
        byte[] bgr = _canvas.Bgr;
        uint state = _seed ^ (frame * 747796405u) ^ 2891336453u;
        for (int i = 0; i < _pixels * 3; i++)
        {
            state = (state * 1664525u) + 1013904223u;
            float grain = ((state >> 8) / 16777216f) - 0.5f;
            bgr[i] = (byte)Math.Clamp((bgr[i] * _exposure) + (grain * _noise), 0, 255);
        }
    }

    private float Light(Vector3 normal) => 0.55f + (0.5f * Math.Max(0, Vector3.Dot(normal, _sun)));

    private float Pick(int key, int what) => Hash(key, what, _seed);

    private float Range(int what, float low, float high) => low + ((high - low) * Hash(-1, what, _seed));

    private Vector3 Grey(int what, float low, float high) => new(Range(what, low, high));

    private Vector3 Brick(int key) => Vector3.Lerp(new Vector3(0.55f, 0.32f, 0.24f), new Vector3(0.78f, 0.72f, 0.62f), Pick(key, 30)) * (0.75f + (0.4f * Pick(key, 31)));

    private Vector3 CarPaint(int key) => Pick(key, 40) < 0.5f ? new Vector3(0.12f + (0.75f * Pick(key, 41))) : Cloth(key + 3);

    private Vector3 Cloth(int key) => new Vector3(Pick(key, 42), Pick(key, 43), Pick(key, 44)) * 0.8f;
}
