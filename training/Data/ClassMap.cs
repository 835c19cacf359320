using RealtimeSeg.Core.Street;

namespace RealtimeSeg.Training.Data;

/// <summary>Maps the values in label files to the classes that a network learns; 255 is ignored.</summary>
public sealed class ClassMap
{
    public const byte Ignore = 255;
    public const string Help =
        "Class map: voc-person reduces VOC's, CamVid's and other labels and masks to person and background; " +
        "street keeps what they share with CamVid and ignores the rest";

    private const string VocPerson = "voc-person", Street = "street";
    private const int PersonInVoc = 15;

    /// <summary>The maps by name.</summary>
    internal static IReadOnlyList<string> All { get; } = [VocPerson, Street];

    /// <summary>The classes of PASCAL VOC 2012 in the order of its labels.</summary>
    private static readonly string[] VocNames =
    [
        "background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow",
        "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
    ];

    /// <summary>VOC's classes as CamVid's, whose bicyclist is the bicycle with its rider.</summary>
    private static readonly Dictionary<string, byte> InStreets = new(StringComparer.Ordinal)
    {
        ["person"] = StreetClasses.Pedestrian,
        ["bicycle"] = StreetClasses.Bicyclist,
        ["car"] = StreetClasses.Car,
    };

    /// <summary>The classes of others as CamVid's, whose own names stay.</summary>
    private static readonly Dictionary<string, byte> InOtherStreets = new(InStreets, StringComparer.Ordinal)
    {
        ["sidewalk"] = StreetClasses.Pavement,
        ["vegetation"] = StreetClasses.Tree,
        ["traffic sign"] = StreetClasses.Sign,
        ["traffic light"] = StreetClasses.Sign,
        ["rider"] = StreetClasses.Bicyclist,
        ["truck"] = StreetClasses.Car,
        ["bus"] = StreetClasses.Car,
    };

    private readonly byte[] _classOf = new byte[256];

    private ClassMap(IReadOnlyList<string> names, Func<int, int> classOf)
    {
        Names = names;
        for (int i = 0; i < _classOf.Length; i++) _classOf[i] = (byte)classOf(i);
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>Class of each of the 256 values a label byte can have.</summary>
    public ReadOnlySpan<byte> Table => _classOf;

    /// <param name="style">What the label files contain.</param>
    /// <param name="name">
    /// voc-person: person and background, from VOC's or CamVid's labels or from binary masks of people. street: CamVid's classes; maps
    /// VOC's person, bicycle and car, or a mask's person, onto them and ignores the rest. Null keeps all classes.
    /// </param>
    /// <exception cref="UserError">No such map.</exception>
    public static ClassMap For(LabelStyle style, string? name) => (style, name) switch
    {
        (LabelStyle.CamVid, null or Street) => new ClassMap(StreetClasses.Names, v => v < StreetClasses.Names.Count ? v : Ignore),
        (LabelStyle.Voc, Street) => new ClassMap(
            StreetClasses.Names, v => v < VocNames.Length ? InStreets.GetValueOrDefault(VocNames[v], Ignore) : Ignore),
        (LabelStyle.Binary, Street) => new ClassMap(StreetClasses.Names, v => v > 127 ? StreetClasses.Pedestrian : Ignore),
        (LabelStyle.Voc, null) => new ClassMap(VocNames, v => v < VocNames.Length ? v : Ignore),
        (LabelStyle.Binary, null) => new ClassMap(["background", "object"], v => v > 127 ? 1 : 0),
        (LabelStyle.Voc, VocPerson) => new ClassMap(["background", "person"], v => v == PersonInVoc ? 1 : v == Ignore ? Ignore : 0),
        (LabelStyle.Binary, VocPerson) => new ClassMap(["background", "person"], v => v > 127 ? 1 : 0),
        (LabelStyle.CamVid, VocPerson) => new ClassMap(["background", "person"], InStreet),
        _ => throw new UserError($"no class map '{name}': choose {VocPerson} or {Street}"),
    };

    /// <summary>The map of label values that stand for named classes.</summary>
    /// <param name="names">By label value; null for those that are ignored. Values of one name are one class.</param>
    /// <param name="name">
    /// voc-person: person, pedestrian and rider against the rest. street: CamVid's classes, as far as the names are theirs or stand for
    /// the same. Null keeps all classes, in the order of their first value.
    /// </param>
    /// <exception cref="UserError">No such map.</exception>
    public static ClassMap Of(IReadOnlyList<string?> names, string? name)
    {
        string[] own = [.. names.OfType<string>().Distinct(StringComparer.Ordinal)];
        int Listed(int v, Func<string, int> classOf) => v < names.Count && names[v] is { } known ? classOf(known) : Ignore;
        return name switch
        {
            null => new ClassMap(own, v => Listed(v, known => Array.IndexOf(own, known))),
            VocPerson => new ClassMap(["background", "person"], v => Listed(v, IsPerson)),
            Street => new ClassMap(StreetClasses.Names, v => Listed(v, InStreet)),
            _ => throw new UserError($"no class map '{name}': choose {VocPerson} or {Street}"),
        };
    }

    private static int IsPerson(string known) => known switch
    {
        "person" or "pedestrian" or "rider" => 1,
        "bicyclist" => Ignore,
        _ => 0,
    };

    private static int InStreet(string known)
    {
        int own = StreetClasses.Names.ToList().IndexOf(known);
        return own >= 0 ? own : InOtherStreets.GetValueOrDefault(known, Ignore);
    }

    /// <summary>A person by CamVid's label: a bicyclist is ignored, who is a person and a bicycle under one label.</summary>
    private static int InStreet(int label) => label switch
    {
        StreetClasses.Pedestrian => 1,
        StreetClasses.Bicyclist => Ignore,
        _ => label < StreetClasses.Names.Count ? 0 : Ignore,
    };
}
