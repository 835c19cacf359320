using System.Numerics;

namespace RealtimeSeg.Core.Street;

/// <summary>
/// A drive along an endless street, drawn from a seed: houses, trees, lanterns, signs and fences stand in plots along both sides, cars
/// and cyclists drive, people walk, and cross at crossings. Every half a minute it gets dusk, and day again. <see cref="Render"/> gives
/// the image at a time with the exact class of each pixel.
/// </summary>
public sealed class StreetScene
{
    /// <summary>Of the sample clip, and of a source without a seed or rate of its own.</summary>
    public const int DefaultSeed = 7, DefaultRate = 25;

    /// <summary>Metres along the street that a plot takes, and how far the camera sees.</summary>
    private const float Plot = 12, Sight = 130;

    /// <summary>Seconds from one day to the next, and when dusk begins and ends in them; dawn mirrors it.</summary>
    private const float Day = 32, DuskStart = 8, DuskEnd = 11.5f;

    /// <summary>Movers by number: first the cars, then the cyclists, the rest walk.</summary>
    private const int Movers = 22, Cars = 4, Riders = 9, FirstMoverKey = 5000;

    /// <summary>Metres between two crossings, people at each, and how far ahead of the camera the last has crossed at least.</summary>
    private const float CrossingEvery = 36;
    private const int CrossingPeople = 4, FirstCrossingKey = 9000;
    private const float Clearance = 3;

    private readonly StreetCanvas _canvas;
    private readonly StreetLook _look;
    private readonly StreetProps _props;
    private readonly StreetCars _cars;

    /// <param name="seed">Everything else follows from it.</param>
    /// <param name="width">Image width in pixels.</param>
    /// <param name="height">Image height in pixels.</param>
    public StreetScene(int seed, int width, int height)
    {
        _look = new StreetLook(seed);
        _canvas = new StreetCanvas(width, height)
        {
            Focal = Math.Min(width, height * 4 / 3f) * _look.Range(11, 0.75f, 1.15f),
            Horizon = height * _look.Range(12, 0.38f, 0.52f),
            Haze = _look.Range(13, 0.002f, 0.009f),
        };
        _props = new StreetProps(_canvas, _look) { Sky = new StreetSky(_look, 0) };
        _cars = new StreetCars(_canvas, _look, _props);
    }

    /// <summary>The image size of the street as a source and as a data set, in pixels.</summary>
    public static (int Width, int Height) DefaultSize { get; } = (480, 360);

    /// <summary>The image size of the sample clip, in pixels.</summary>
    public static (int Width, int Height) SampleSize { get; } = (1280, 720);

    /// <summary>Draws the moment <paramref name="seconds"/> of the drive.</summary>
    /// <param name="seconds">Time since the drive began, at noon.</param>
    /// <param name="bgr">Height × width × 3 bytes.</param>
    /// <param name="labels">Height × width bytes, <see cref="StreetClasses"/>.</param>
    public void Render(double seconds, Span<byte> bgr, Span<byte> labels)
    {
        float time = (float)seconds, at = time * _look.Speed;
        _props.Sky = new StreetSky(_look, DuskAt(time));
        DrawGround(at);
        for (int plot = (int)MathF.Floor(at / Plot) - 1; plot * Plot < at + Sight; plot++)
        {
            DrawPlot(at, plot, -1);
            DrawPlot(at, plot, 1);
        }

        for (int k = (int)MathF.Floor(at / CrossingEvery); k * CrossingEvery < at + Sight; k++) DrawCrossing(k, at, time);
        for (int i = 0; i < Movers; i++) DrawMover(i, at, time);
        _canvas.Draw(_props.Sky, time, (uint)(seconds * 1000));
        _canvas.Bgr.CopyTo(bgr);
        _canvas.Labels.CopyTo(labels);
    }

    /// <summary>0 by day, 1 in the evening, smooth in between.</summary>
    private static float DuskAt(float time)
    {
        float hour = time - (MathF.Floor(time / Day) * Day), share = (Math.Min(hour, Day - hour) - DuskStart) / (DuskEnd - DuskStart);
        float clamped = Math.Clamp(share, 0, 1);
        return clamped * clamped * (3 - (2 * clamped));
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
            Vector3 across = new(_look.Road, 0, 0);
            _canvas.Quad(_props.Ground(x, start), across, forward, m, StreetClasses.Road, _props.Sky.Light(Vector3.UnitY));
        }

        void Raised(float x, float kerb)
        {
            Vector3 corner = _props.Ground(x, start, StreetProps.KerbHeight), across = new(_look.Pavement + 8, 0, 0);
            _canvas.Quad(corner, across, forward, slabs, StreetClasses.Pavement, _props.Sky.Light(Vector3.UnitY));
            Vector3 edge = _props.Ground(kerb, start), up = new(0, StreetProps.KerbHeight, 0);
            _canvas.Quad(edge, forward, up, slabs, StreetClasses.Pavement, _props.Sky.Light(Vector3.UnitX) * 0.9f);
        }
    }

    /// <summary>What stands in one plot of one side, -1 for the left and 1 for the right.</summary>
    private void DrawPlot(float at, int plot, int side)
    {
        int key = (plot * 2) + (side > 0 ? 1 : 0);
        uint seed = _look.Seed + ((uint)key * 97);
        float z = (plot * Plot) - at, kerb = side * _look.Road, wall = side * (_look.Road + _look.Pavement + (2 * Pick(0)));
        bool crossing = Math.Abs((plot * Plot) + 4 - (MathF.Round(((plot * Plot) + 4) / CrossingEvery) * CrossingEvery)) < 7;
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
        if (Pick(10) < 0.35f) _props.Pole(kerb + (side * 0.5f), z + (9 * Pick(11)), 3.2f + (4 * Pick(12)), seed);
        else if (Pick(10) < 0.7f) _props.Lantern(kerb + (side * 0.5f), z + (9 * Pick(11)), side, 4.5f + Pick(12), seed);
        if (Pick(13) < 0.45f) _props.Sign(kerb + (side * 0.6f), z + (8 * Pick(14)), key, seed);
        if (Pick(15) < 0.3f) _props.Fence(kerb + (side * 0.25f), z, 6, 1.1f, _look.Grey(17, 0.2f, 0.6f), seed);
        // The camera drives on the left: cars park there only if the road leaves it room.
        bool room = !crossing && (side > 0 || _look.Lane < _look.Road - 3.3f);
        if (Pick(16) < 0.35f && room) _cars.Draw(kerb - (side * 1.1f), z + 2, 1, key);

        float Pick(int what) => _look.Pick(key, what);
    }

    /// <summary>A crossing, and people who cross it in time before the camera comes: the last of them on a bicycle.</summary>
    private void DrawCrossing(int k, float at, float time)
    {
        const float Long = 2.6f;
        float z = (k * CrossingEvery) - at;
        Material stripes = new(Surface.Crossing, new Vector3(0.82f), Vector3.Zero, _look.Seed);
        Vector3 corner = _props.Ground(-_look.Road + 0.25f, z, 0.004f), across = new((2 * _look.Road) - 0.5f, 0, 0);
        _canvas.Quad(corner, across, new Vector3(0, 0, Long), stripes, StreetClasses.Road, _props.Sky.Light(Vector3.UnitY));
        for (int i = 0; i < CrossingPeople; i++)
        {
            int key = FirstCrossingKey + (k * CrossingPeople) + i, direction = _look.Pick(key, 0) < 0.5f ? -1 : 1;
            bool rides = i == CrossingPeople - 1;
            float pace = rides ? 3.2f : 1.25f + (0.5f * _look.Pick(key, 1)), way = _look.Road + 1.2f + _look.Pick(key, 2);
            float ends = ((k * CrossingEvery) - Clearance - (5 * _look.Pick(key, 3))) / _look.Speed;
            float x = Math.Clamp(way - ((ends - time) * pace), -way, way);
            if (MathF.Abs(x) >= way && x > 0) continue; // gone into a house
            _props.Crossing(x * direction, z + 0.3f + (i * 0.6f), direction, rides, MathF.Abs(x) > _look.Road, key);
        }
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
        if (car && speed > 0) z = 40 + (50 * _look.Pick(key, 1)) + (5 * MathF.Sin((0.3f * time) + i)); // in our lane: stays ahead of us
        if (car)
        {
            bool oncoming = speed < 0;
            _cars.Draw((_look.Road * (oncoming ? 0.45f : -0.45f)) + (oncoming ? 0.4f : 0), z, oncoming ? -1 : 1, key);
            return;
        }

        float side = _look.Pick(key, 2) < 0.5f ? -1 : 1;
        if (cyclist) _props.Cyclist(side * (_look.Road - 0.8f), z, key);
        else _props.Walker(side * (_look.Road + 0.7f + (_look.Pick(key, 3) * (_look.Pavement - 1))), z, key);
    }
}
