using System.Numerics;

namespace RealtimeSeg.Core.Street;

/// <summary>
/// A drive along an endless street, drawn from a seed: houses, trees, poles, signs and fences stand in plots along both sides, cars
/// and cyclists drive, people walk. <see cref="Render"/> gives the image at a time with the exact class of each pixel.
/// </summary>
public sealed class StreetScene
{
    /// <summary>Of the sample clip, and of a source without a seed or rate of its own.</summary>
    public const int DefaultSeed = 7, DefaultRate = 15;

    /// <summary>Metres along the street that a plot takes, and how far the camera sees.</summary>
    private const float Plot = 12, Sight = 130;

    /// <summary>Movers by number: first the cars, then the cyclists, the rest walk.</summary>
    private const int Movers = 14, Cars = 4, Riders = 7, FirstMoverKey = 5000;

    private readonly StreetCanvas _canvas;
    private readonly StreetLook _look;
    private readonly StreetProps _props;

    /// <param name="seed">Everything else follows from it.</param>
    /// <param name="width">Image width in pixels.</param>
    /// <param name="height">Image height in pixels.</param>
    public StreetScene(int seed, int width, int height)
    {
        _look = new StreetLook(seed);
        _canvas = new StreetCanvas(width, height)
        {
            Focal = width * _look.Range(11, 0.75f, 1.15f),
            Horizon = height * _look.Range(12, 0.38f, 0.52f),
            Haze = (_look.SkyLow, _look.Range(13, 0.002f, 0.009f)),
        };
        _props = new StreetProps(_canvas, _look);
    }

    /// <summary>The image size of the sample clip, of the street as a source and as a data set, in pixels.</summary>
    public static (int Width, int Height) DefaultSize { get; } = (480, 360);

    /// <summary>Draws the moment <paramref name="seconds"/> of the drive.</summary>
    /// <param name="seconds">Time since the drive began.</param>
    /// <param name="bgr">Height × width × 3 bytes.</param>
    /// <param name="labels">Height × width bytes, <see cref="StreetClasses"/>.</param>
    public void Render(double seconds, Span<byte> bgr, Span<byte> labels)
    {
        float time = (float)seconds, at = time * _look.Speed;
        _canvas.Time = time;
        _canvas.Clear(_look.SkyTop, _look.SkyLow, _look.Range(14, 0.2f, 0.8f), _look.Seed);
        DrawGround(at);
        for (int plot = (int)MathF.Floor(at / Plot) - 1; plot * Plot < at + Sight; plot++)
        {
            DrawPlot(at, plot, -1);
            DrawPlot(at, plot, 1);
        }

        for (int i = 0; i < Movers; i++) DrawMover(i, at, time);
        Expose((uint)(seconds * 1000));
        _canvas.Bgr.CopyTo(bgr);
        _canvas.Labels.CopyTo(labels);
    }

    private void DrawGround(float at)
    {
        // The texture's origin is the quad's corner: moving it in whole periods keeps markings and slabs fixed to the ground.
        float start = (MathF.Floor(at / 6) * 6) - 6 - at;
        Vector3 forward = new(0, 0, Sight + 12);
        Material asphalt = new(Surface.Asphalt, _look.Grey(15, 0.25f, 0.45f), new Vector3(0.85f), _look.Seed);
        Flat(-_look.Road, asphalt);
        Flat(0, asphalt with { Seed = _look.Seed + 1 });
        Material slabs = new(Surface.Paving, new Vector3(1.06f, 1, 0.94f) * _look.Grey(16, 0.45f, 0.72f), Vector3.Zero, _look.Seed);
        Raised(-_look.Road - _look.Pavement - 8, kerb: -_look.Road);
        Raised(_look.Road, kerb: _look.Road);

        void Flat(float x, in Material m)
        {
            Vector3 corner = new(x + _look.Lane, -_look.Eye, start), across = new(_look.Road, 0, 0);
            _canvas.Quad(corner, across, forward, m, StreetClasses.Road, _look.Light(Vector3.UnitY));
        }

        void Raised(float x, float kerb)
        {
            const float Step = 0.12f;
            Vector3 corner = new(x + _look.Lane, Step - _look.Eye, start), across = new(_look.Pavement + 8, 0, 0);
            _canvas.Quad(corner, across, forward, slabs, StreetClasses.Pavement, _look.Light(Vector3.UnitY));
            Vector3 edge = new(kerb + _look.Lane, -_look.Eye, corner.Z);
            _canvas.Quad(edge, forward, new Vector3(0, Step, 0), slabs, StreetClasses.Pavement, _look.Light(Vector3.UnitX) * 0.9f);
        }
    }

    /// <summary>What stands in one plot of one side, -1 for the left and 1 for the right.</summary>
    private void DrawPlot(float at, int plot, int side)
    {
        int key = (plot * 2) + (side > 0 ? 1 : 0);
        uint seed = _look.Seed + ((uint)key * 97);
        float z = (plot * Plot) - at, kerb = side * _look.Road, wall = side * (_look.Road + _look.Pavement + (2 * Pick(0)));
        if (Pick(1) < 0.82f)
        {
            _props.House(wall, z, side, Plot - (2.5f * Pick(5)), key, seed);
        }
        else
        {
            _props.Tree(wall + (side * 2), z + 5, 6 + (4 * Pick(6)), seed);
            _props.Fence(wall, z, Plot, 1.2f, _look.Brick(key + 5) * 0.8f, seed);
        }

        if (Pick(7) < 0.4f) _props.Tree(kerb + (side * 1.1f), z + 3 + (3 * Pick(8)), 4 + (4 * Pick(9)), seed + 1);
        if (Pick(10) < 0.7f) _props.Pole(kerb + (side * 0.5f), z + (9 * Pick(11)), 3.2f + (4 * Pick(12)), seed);
        if (Pick(13) < 0.45f) _props.Sign(kerb + (side * 0.6f), z + (8 * Pick(14)), key, seed);
        if (Pick(15) < 0.3f) _props.Fence(kerb + (side * 0.25f), z, 6, 1.1f, _look.Grey(17, 0.2f, 0.6f), seed);
        // The camera drives on the left: cars park there only if the road leaves it room.
        if (Pick(16) < 0.35f && (side > 0 || _look.Lane < _look.Road - 3.3f)) _props.Car(kerb - (side * 1.1f), z + 2, 1, key);

        float Pick(int what) => _look.Pick(key, what);
    }

    /// <summary>Cars in both lanes, cyclists at the road's edge, people on the pavements, going round on a loop.</summary>
    private void DrawMover(int i, float at, float time)
    {
        const float Loop = Sight - 20;
        int key = FirstMoverKey + i;
        bool car = i < Cars, cyclist = i is >= Cars and < Riders, even = i % 2 == 0;
        float vary = 0.7f + (0.5f * _look.Pick(key, 0));
        float speed = car ? (even ? -8 : 9) * vary : (even ? -1.3f : 1.2f) * vary * (cyclist ? 3 : 1);
        float z = (_look.Pick(key, 1) * Loop) + (speed * time) - at;
        z = z - (MathF.Floor(z / Loop) * Loop) + 4;
        if (car && speed > 0) z = 13 + (50 * _look.Pick(key, 1)) + (5 * MathF.Sin((0.3f * time) + i)); // in our lane: stays ahead of us
        if (car)
        {
            bool oncoming = speed < 0;
            _props.Car((_look.Road * (oncoming ? 0.45f : -0.45f)) + (oncoming ? 0.4f : 0), z, oncoming ? -1 : 1, key);
            return;
        }

        float side = _look.Pick(key, 2) < 0.5f ? -1 : 1;
        if (cyclist) _props.Cyclist(side * (_look.Road - 0.8f), z, key);
        else _props.Walker(side * (_look.Road + 0.7f + (_look.Pick(key, 3) * (_look.Pavement - 1))), z, key);
    }

    /// <summary>Exposure and sensor noise.</summary>
    private void Expose(uint frame)
    {
        byte[] bgr = _canvas.Bgr;
        uint state = _look.Seed ^ (frame * 747796405u) ^ 2891336453u;
        for (int i = 0; i < bgr.Length; i++)
        {
            state = (state * 1664525u) + 1013904223u;
            float grain = ((state >> 8) / 16777216f) - 0.5f;
            bgr[i] = (byte)Math.Clamp((bgr[i] * _look.Exposure) + (grain * _look.Noise), 0, 255);
        }
    }
}
