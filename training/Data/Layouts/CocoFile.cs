using System.Text.Json;
using System.Text.Json.Serialization;

namespace RealtimeSeg.Training.Data.Layouts;

/// <summary>An annotation file in COCO's format: of instances, with polygons or run lengths, or panoptic, with a PNG per image.</summary>
internal sealed class CocoFile
{
    private const string Background = "background";

    /// <summary>A label is a byte; 255 is void, and of instances 0 is the background.</summary>
    private const int MostCategories = 254;

    /// <summary>Bytes of a file's beginning that show what it is.</summary>
    private const int Beginning = 1 << 16;

    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Dictionary<long, byte> _valueOf;
    private readonly Dictionary<string, Picture> _pictures;
    private readonly ILookup<long, Annotation> _annotations;

    private CocoFile(string path, Content content)
    {
        Path = path;
        Category[] categories = [.. content.Categories!.OrderBy(c => c.Id)];
        if (categories.Length is 0 or > MostCategories)
            throw new UserError($"{path} has {categories.Length} categories: 1 to {MostCategories} can be learnt");
        IsPanoptic = content.Annotations is [{ SegmentsInfo: not null }, ..];
        int first = IsPanoptic ? 0 : 1;
        ClassNames = [.. IsPanoptic ? [] : (string[])[Background], .. categories.Select(c => NameOf(c.Name))];
        _valueOf = categories.Select((c, i) => (c.Id, Value: (byte)(i + first))).ToDictionary(c => c.Id, c => c.Value);
        HashSet<long> annotated = [.. content.Annotations!.Select(a => a.ImageId)];
        IEnumerable<Picture> usable = content.Images!.Where(i => !IsPanoptic || annotated.Contains(i.Id));
        Pictures = [.. usable.DistinctBy(i => i.FileName, StringComparer.Ordinal).OrderBy(i => i.FileName, StringComparer.Ordinal)];
        _pictures = Pictures.ToDictionary(p => p.FileName, StringComparer.Ordinal);
        _annotations = content.Annotations!.ToLookup(a => a.ImageId);
    }

    public string Path { get; }

    /// <summary>Whether each image has a PNG whose colours are the numbers of its segments.</summary>
    public bool IsPanoptic { get; }

    /// <summary>The categories by their numbers; of instances, the background before them.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The images, by name.</summary>
    public IReadOnlyList<Picture> Pictures { get; }

    /// <summary>
    /// Whether a file begins as COCO's do, with a list of images, annotations or categories and little before it. One that cannot be
    /// read counts, so that whoever reads it tells why.
    /// </summary>
    public static bool IsLikely(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] bytes = new byte[Beginning];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return HasList(new Utf8JsonReader(bytes.AsSpan(0, length), isFinalBlock: false, default));
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <exception cref="UserError">It cannot be read, or is none.</exception>
    public static CocoFile Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            Content? content = JsonSerializer.Deserialize<Content>(file, Names);
            if (content is not { Images: not null, Annotations: not null, Categories: not null })
                throw new UserError($"{path} is no annotation file of COCO's: it needs images, annotations and categories");
            return new CocoFile(path, content);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UserError($"{path} cannot be read as COCO's annotations ({UserError.OneLine(e)}): name another file", e);
        }
    }

    /// <summary>The entry of an image.</summary>
    public Picture EntryOf(string fileName) => _pictures[fileName];

    /// <summary>What is annotated in an image, by its file name as the annotations have it.</summary>
    public IEnumerable<Annotation> AnnotationsOf(string fileName)
        => _pictures.TryGetValue(fileName, out Picture? picture) ? _annotations[picture.Id] : [];

    /// <summary>The label value of a category.</summary>
    /// <exception cref="UserError">It is not listed.</exception>
    public byte ValueOf(long category) => _valueOf.TryGetValue(category, out byte value)
        ? value
        : throw new UserError($"{Path}: an annotation has the category {category}, which is not among the categories");

    /// <summary>Lists of names have commas between them, in class files and manifests.</summary>
    private static string NameOf(string category) => string.Join(' ', category.Split(',', StringSplitOptions.TrimEntries));

    private static bool HasList(Utf8JsonReader json)
    {
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName || json.CurrentDepth != 1) continue;
            bool isList = json.ValueTextEquals("images") || json.ValueTextEquals("annotations") || json.ValueTextEquals("categories");
            if (isList && json.Read() && json.TokenType == JsonTokenType.StartArray) return true;
        }

        return false;
    }

    /// <summary>An image as the annotations know it; width and height are 0 if they do not tell.</summary>
    internal sealed record Picture(long Id, string FileName, int Width, int Height);

    /// <summary>An object, or of panoptic files all segments of an image.</summary>
    internal sealed record Annotation(
        long ImageId,
        long CategoryId,
        double Area,
        [property: JsonPropertyName("iscrowd")] int IsCrowd,
        JsonElement Segmentation,
        string? FileName,
        IReadOnlyList<Segment>? SegmentsInfo);

    /// <summary>A segment of a panoptic image: its number, which is its colour R + 256 G + 256² B, and its category.</summary>
    internal sealed record Segment(long Id, long CategoryId, [property: JsonPropertyName("iscrowd")] int IsCrowd);

    private sealed record Category(long Id, string Name);

    private sealed record Content(
        IReadOnlyList<Picture>? Images, IReadOnlyList<Annotation>? Annotations, IReadOnlyList<Category>? Categories);
}
