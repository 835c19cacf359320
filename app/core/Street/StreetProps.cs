using System.Numerics;
using static RealtimeSeg.Core.Street.StreetTextures;

namespace RealtimeSeg.Core.Street;

/// <summary>
/// Draws single objects of a street, each from a few quads. Places are metres in street space: x to the right of the middle of the road,
/// z ahead of the camera.
/// </summary>
internal sealed class StreetProps(StreetCanvas canvas, StreetLook look)
{
    private const float KerbHeight = 0.1f;

    /// <summary>Something flat that stands on the pavement and reaches <paramref name="along"/>.</summary>
    public void Standing(float x, float z, Vector3 along, float tall, in Material material, byte label, float light)
        => canvas.Quad(new Vector3(x + look.Lane, KerbHeight - look.Eye, z), along, new Vector3(0, tall, 0), material, label, light);

    public void House(float x, float z, int side, float length, int key, uint seed)
    {
        const float Deep = 9;
        float tall = 5 + (11 * look.Pick(key, 2));
        Vector3 frames = new Vector3(0.55f) + (0.4f * new Vector3(look.Pick(key, 4)));
        Material facade = new(Surface.Facade, look.Brick(key), frames, seed);
        Standing(x, z, new Vector3(0, 0, length), tall, facade, StreetClasses.Building, look.Light(new Vector3(-side, 0, 0)));
        float corner = side > 0 ? x : x - Deep;
        Standing(corner, z, new Vector3(Deep, 0, 0), tall, facade, StreetClasses.Building, look.Light(-Vector3.UnitZ));
    }

    public void Fence(float x, float z, float length, float tall, Vector3 color, uint seed)
    {
        Material railing = new(Surface.Railing, color, Vector3.Zero, seed);
        Standing(x, z, new Vector3(0, 0, length), tall, railing, StreetClasses.Fence, look.Light(Vector3.UnitX));
    }

    /// <summary>A trunk and two layers of foliage.</summary>
    public void Tree(float x, float z, float tall, uint seed)
    {
        float crown = tall * (0.55f + (0.3f * Hash(1, 2, seed)));
        Material trunk = new(Surface.Trunk, new Vector3(0.3f, 0.23f, 0.17f), Vector3.Zero, seed);
        Standing(x - 0.14f, z, new Vector3(0.28f, 0, 0), tall * 0.6f, trunk, StreetClasses.Tree, 1);
        Vector3 green = Vector3.Lerp(new Vector3(0.3f, 0.42f, 0.14f), new Vector3(0.45f, 0.4f, 0.2f), Hash(3, 4, seed));
        for (int layer = 0; layer < 2; layer++)
        {
            Vector3 corner = new(x - (crown / 2) + look.Lane, (tall * 0.35f) - look.Eye, z - 0.1f - (layer * 0.7f));
            Material foliage = new(Surface.Foliage, green, green * 0.3f, seed + (uint)layer);
            Vector3 across = new(crown, 0, 0), up = new(0, tall * 0.75f, 0);
            canvas.Quad(corner, across, up, foliage, StreetClasses.Tree, look.Light(Vector3.UnitY));
        }
    }

    public void Pole(float x, float z, float tall, uint seed)
    {
        Material steel = new(Surface.Plain, look.Grey(18, 0.2f, 0.5f), Vector3.Zero, seed);
        Standing(x - 0.07f, z, new Vector3(0.14f, 0, 0), tall, steel, StreetClasses.Pole, 1);
    }

    /// <summary>A face with a red or blue rim on a pole.</summary>
    public void Sign(float x, float z, int key, uint seed)
    {
        float tall = 2 + (1.2f * look.Pick(key, 20)), size = 0.6f + (0.5f * look.Pick(key, 21));
        Pole(x, z, tall, seed);
        Vector3 rim = look.Pick(key, 22) < 0.5f ? new Vector3(0.75f, 0.1f, 0.1f) : new Vector3(0.1f, 0.25f, 0.6f);
        Vector3 corner = new(x - (size / 2) + look.Lane, tall - look.Eye, z - 0.05f);
        Material face = new(Surface.SignFace, rim, new Vector3(0.9f), seed);
        canvas.Quad(corner, new Vector3(size, 0, 0), new Vector3(0, size, 0), face, StreetClasses.Sign, 1);
    }

    /// <summary>A car as a box: an end facing the camera, two sides, a roof.</summary>
    /// <param name="x">Of its middle.</param>
    /// <param name="z">Of the end that faces the camera.</param>
    /// <param name="direction">1 if it drives as the camera does, -1 if it comes towards it.</param>
    /// <param name="key">Decides its paint.</param>
    public void Car(float x, float z, int direction, int key)
    {
        const float Width = 1.75f, Height = 1.45f, Length = 4.2f;
        float front = look.Light(-Vector3.UnitZ), side = look.Light(Vector3.UnitX);
        Material body = new(Surface.CarSide, look.CarPaint(key), new Vector3(0.22f, 0.27f, 0.33f), (uint)(direction + 1));
        Vector3 corner = new Vector3(x + look.Lane, -look.Eye, z) - new Vector3(Width / 2, 0, 0);
        Vector3 up = new(0, Height, 0), across = new(Width, 0, 0), along = new(0, 0, Length);
        canvas.Quad(corner, across, up, body, StreetClasses.Car, front);
        canvas.Quad(corner, along, up, body, StreetClasses.Car, side);
        canvas.Quad(corner + across, along, up, body, StreetClasses.Car, side);
        Vector3 roof = corner + (up * 0.97f) + new Vector3(0.2f, 0, 0.8f);
        Material paint = body with { Surface = Surface.Plain };
        canvas.Quad(roof, across - new Vector3(0.4f, 0, 0), new Vector3(0, 0, 2.2f), paint, StreetClasses.Car, 1.1f);
    }

    /// <summary>Somebody on the pavement.</summary>
    public void Walker(float x, float z, int key)
        => Figure(x, 0.12f, z, 1.5f + (0.4f * look.Pick(key, 4)), 0.62f, Surface.Person, StreetClasses.Pedestrian, key);

    /// <summary>Somebody on a bicycle, seen more or less from the side.</summary>
    public void Cyclist(float x, float z, int key)
        => Figure(x, 0, z, 1.75f, 1.5f * (0.45f + (0.55f * look.Pick(key, 5))), Surface.Cyclist, StreetClasses.Bicyclist, key);

    private void Figure(float x, float ground, float z, float tall, float wide, Surface surface, byte label, int key)
    {
        Material clothes = new(surface, look.Cloth(key), look.Cloth(key + 31) * 0.6f, (uint)key);
        Vector3 corner = new(x - (wide / 2) + look.Lane, ground - look.Eye, z);
        canvas.Quad(corner, new Vector3(wide, 0, 0), new Vector3(0, tall, 0), clothes, label, 0.9f);
    }
}
