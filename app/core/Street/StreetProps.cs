using System.Numerics;
using static RealtimeSeg.Core.Street.StreetTextures;

namespace RealtimeSeg.Core.Street;

/// <summary>
/// Draws single objects of a street, each from a few quads. Places are metres in street space: x to the right of the middle of the road,
/// z ahead of the camera.
/// </summary>
internal sealed class StreetProps(StreetCanvas canvas, StreetLook look)
{
    public const float KerbHeight = 0.12f;
    private const float RiderHeight = 1.75f;

    /// <summary>The light of the moment.</summary>
    public required StreetSky Sky { get; set; }

    /// <summary>On what faces the camera.</summary>
    private Vector3 Facing => Sky.Light(-Vector3.UnitZ);

    /// <summary>Something flat that stands on the pavement and reaches <paramref name="along"/>.</summary>
    public void Standing(float x, float z, Vector3 along, float tall, in Material material, byte label, Vector3 light)
        => canvas.Quad(Ground(x, z, KerbHeight), along, new Vector3(0, tall, 0), material, label, light);

    /// <summary>The sun's shadow of something flat that stands on the ground, on the road and on the pavement.</summary>
    /// <param name="corner">Its lower left corner.</param>
    /// <param name="along">Its lower side.</param>
    /// <param name="tall">Its height.</param>
    /// <param name="silhouette">Its outline.</param>
    public void Cast(Vector3 corner, Vector3 along, float tall, in Material silhouette)
    {
        if (Sky.ShadowStrength <= 0) return;
        foreach (float level in (ReadOnlySpan<float>)[0, KerbHeight])
            canvas.Shadow(corner with { Y = level - look.Eye }, along, Sky.ShadowOfMetre * tall, silhouette, Sky.ShadowStrength);
    }

    public void House(float x, float z, int side, float length, int key, uint seed)
    {
        const float Deep = 9;
        float tall = 5 + (11 * look.Pick(key, 2));
        Vector3 frames = new Vector3(0.55f) + (0.4f * new Vector3(look.Pick(key, 4)));
        Material facade = new(Surface.Facade, look.Brick(key), frames, seed, Sky.Lamps);
        Standing(x, z, new Vector3(0, 0, length), tall, facade, StreetClasses.Building, Sky.Light(new Vector3(-side, 0, 0)));
        float corner = side > 0 ? x : x - Deep;
        Standing(corner, z, new Vector3(Deep, 0, 0), tall, facade, StreetClasses.Building, Facing);
        Material solid = facade with { Surface = Surface.Plain };
        Cast(Ground(x, z), new Vector3(0, 0, length), tall, solid);
        Cast(Ground(corner, z), new Vector3(Deep, 0, 0), tall, solid);
    }

    public void Fence(float x, float z, float length, float tall, Vector3 color, uint seed)
    {
        Material railing = new(Surface.Railing, color, Vector3.Zero, seed);
        Standing(x, z, new Vector3(0, 0, length), tall, railing, StreetClasses.Fence, Sky.Light(Vector3.UnitX));
    }

    /// <summary>A trunk and two layers of foliage.</summary>
    public void Tree(float x, float z, float tall, uint seed)
    {
        float crown = tall * (0.55f + (0.3f * Hash(1, 2, seed)));
        Material trunk = new(Surface.Trunk, new Vector3(0.3f, 0.23f, 0.17f), Vector3.Zero, seed);
        Standing(x - 0.14f, z, new Vector3(0.28f, 0, 0), tall * 0.6f, trunk, StreetClasses.Tree, Facing);
        Vector3 green = Vector3.Lerp(new Vector3(0.3f, 0.42f, 0.14f), new Vector3(0.45f, 0.4f, 0.2f), Hash(3, 4, seed));
        for (int layer = 0; layer < 2; layer++)
        {
            Vector3 corner = new(x - (crown / 2) + look.Lane, (tall * 0.35f) - look.Eye, z - 0.1f - (layer * 0.7f));
            Material foliage = new(Surface.Foliage, green, green * 0.3f, seed + (uint)layer);
            Vector3 across = new(crown, 0, 0), up = new(0, tall * 0.75f, 0);
            canvas.Quad(corner, across, up, foliage, StreetClasses.Tree, Sky.Light(Vector3.UnitY));
            Vector3 shift = Sky.ShadowOfMetre * (tall * 0.35f);
            if (layer == 0) Cast(Ground(x - (crown / 2), z) + shift, across, tall * 0.75f, foliage);
        }
    }

    public void Pole(float x, float z, float tall, uint seed)
    {
        Material steel = new(Surface.Plain, look.Grey(18, 0.2f, 0.5f), Vector3.Zero, seed);
        Standing(x - 0.07f, z, new Vector3(0.14f, 0, 0), tall, steel, StreetClasses.Pole, Facing);
        Cast(Ground(x - 0.07f, z), new Vector3(0.14f, 0, 0), tall, steel);
    }

    /// <summary>A pole with an arm over the road and a lamp at its end.</summary>
    public void Lantern(float x, float z, int side, float tall, uint seed)
    {
        Pole(x, z, tall, seed);
        Material steel = new(Surface.Plain, look.Grey(18, 0.2f, 0.5f), Vector3.Zero, seed);
        float end = side > 0 ? x - 1.3f : x + 0.07f;
        Vector3 arm = Ground(end, z, KerbHeight + tall - 0.1f), lamp = Ground(side > 0 ? x - 1.6f : x + 1.1f, z, KerbHeight + tall - 0.16f);
        canvas.Quad(arm, new Vector3(1.23f, 0, 0), new Vector3(0, 0.09f, 0), steel, StreetClasses.Pole, Facing);
        Material light = new(Surface.Lamp, new Vector3(0.75f), new Vector3(1, 0.85f, 0.55f), seed, Sky.Lamps);
        canvas.Quad(lamp, new Vector3(0.5f, 0, 0), new Vector3(0, 0.16f, 0), light, StreetClasses.Pole, Facing);
    }

    /// <summary>A face with a red or blue rim on a pole.</summary>
    public void Sign(float x, float z, int key, uint seed)
    {
        float tall = 2 + (1.2f * look.Pick(key, 20)), size = 0.6f + (0.5f * look.Pick(key, 21));
        Pole(x, z, tall, seed);
        Vector3 rim = look.Pick(key, 22) < 0.5f ? new Vector3(0.75f, 0.1f, 0.1f) : new Vector3(0.1f, 0.25f, 0.6f);
        Vector3 corner = new(x - (size / 2) + look.Lane, tall - look.Eye, z - 0.05f);
        Material face = new(Surface.SignFace, rim, new Vector3(0.9f), seed);
        canvas.Quad(corner, new Vector3(size, 0, 0), new Vector3(0, size, 0), face, StreetClasses.Sign, Facing);
    }

    /// <summary>Somebody on the pavement, who comes or goes.</summary>
    public void Walker(float x, float z, int key) => Figure(x, KerbHeight, z, Tall(key), Surface.WalkerAhead, key);

    /// <summary>Somebody on a bicycle, who comes or goes.</summary>
    public void Cyclist(float x, float z, int key) => Figure(x, 0, z, RiderHeight, Surface.RiderAhead, key);

    /// <summary>Somebody who crosses the road on foot, or on a bicycle, to the right or to the left.</summary>
    public void Crossing(float x, float z, int direction, bool rides, bool onKerb, int key)
    {
        Surface surface = rides ? Surface.RiderAside : Surface.WalkerAside;
        Figure(x, onKerb ? KerbHeight : 0, z, rides ? RiderHeight : Tall(key), surface, key, direction);
    }

    /// <summary>A place on the ground.</summary>
    public Vector3 Ground(float x, float z, float above = 0) => new(x + look.Lane, above - look.Eye, z);

    private float Tall(int key) => 1.5f + (0.4f * look.Pick(key, 4));

    private void Figure(float x, float ground, float z, float tall, Surface surface, int key, int direction = 1)
    {
        bool rider = surface is Surface.RiderAside or Surface.RiderAhead;
        float wide = tall * (surface == Surface.RiderAside ? 1.05f : 0.62f);
        Material clothes = new(surface, look.Cloth(key), (look.Cloth(key + 31) * 0.45f) + new Vector3(0.08f), (uint)key);
        Vector3 across = new(wide * direction, 0, 0), corner = Ground(x, z, ground) - (across / 2);
        canvas.Quad(corner, across, new Vector3(0, tall, 0), clothes, rider ? StreetClasses.Bicyclist : StreetClasses.Pedestrian, Facing);
        Cast(corner, across, tall, clothes);
        Vector3 feet = new(0.6f, 0, 0), deep = new(0, 0, 0.35f);
        canvas.Shadow(Ground(x, z, ground) - ((feet + deep) / 2), feet, deep, clothes with { Surface = Surface.Disc }, 0.25f);
    }
}
