using System.CommandLine;
using OpenCvSharp;
using RealtimeSeg.Core.Street;
using Row = RealtimeSeg.Core.Shell.OptionRows<RealtimeSeg.Training.Commands.SampleSettings>;

namespace RealtimeSeg.Training.Commands;

/// <summary>The command line of <c>data sample</c>.</summary>
internal sealed record SampleSettings
{
    /// <summary>Length of the clip.</summary>
    public int Frames { get; init; } = 150;

    /// <summary>Of the street.</summary>
    public int Seed { get; init; } = StreetScene.DefaultSeed;

    public bool Overwrite { get; init; }
}

/// <summary><c>data sample</c>: a clip of the toy street with its ground truth.</summary>
internal static class DataSample
{
    private const int FramesPerSecond = StreetScene.DefaultRate;
    private static readonly int Width = StreetScene.SampleSize.Width, Height = StreetScene.SampleSize.Height;

    internal static IReadOnlyList<OptionRow<SampleSettings>> Rows { get; } =
    [
        Row.Value("--frames", $"Length in frames, {FramesPerSecond} per second",
            s => s.Frames, (s, v) => s with { Frames = v }, Limits.AtLeast(1)),
        Row.Value("--seed", "Which street", s => s.Seed, (s, v) => s with { Seed = v }),
        Overwriting.Row<SampleSettings>(s => s with { Overwrite = true }),
    ];

    public static Command Create()
    {
        Argument<string> folder = new("folder") { Description = "Where to write street.mp4, val/ and valannot/" };
        OptionTable<SampleSettings> options = new(new SampleSettings(), Rows);
        Command c = new("sample", "Draw a clip of the toy street with exact labels.") { folder };
        options.AddTo(c);
        c.SetAction(p =>
        {
            Write(p.GetValue(folder)!, options.Read(p));
            return 0;
        });
        return c;
    }

    private static void Write(string folder, SampleSettings s)
    {
        string[] names = [.. Enumerable.Range(0, s.Frames).Select(i => $"{i:D4}.png")];
        IEnumerable<string> all = names.SelectMany(n => new[] { Path.Combine(folder, "val", n), Path.Combine(folder, "valannot", n) });
        OutputName.Check(all.Append(Path.Combine(folder, "street.mp4")), [], s.Overwrite);
        string images = MakeFolder(folder, "val"), truth = MakeFolder(folder, "valannot"), clip = Path.Combine(folder, "street.mp4");
        using VideoWriter video = new(clip, VideoWriter.FourCC('m', 'p', '4', 'v'), FramesPerSecond, new Size(Width, Height));
        if (!video.IsOpened()) throw new UserError($"cannot write {clip}: choose a folder you may write to");
        using Mat image = new(Height, Width, MatType.CV_8UC3), labels = new(Height, Width, MatType.CV_8UC1);
        StreetScene scene = new(s.Seed, Width, Height);
        for (int i = 0; i < s.Frames; i++)
        {
            Render(scene, i / (double)FramesPerSecond, image, labels);
            video.Write(image);
            if (!Cv2.ImWrite(Path.Combine(images, names[i]), image) || !Cv2.ImWrite(Path.Combine(truth, names[i]), labels))
                throw UserError.CannotWrite(folder, "an image could not be written; is its disk full?");
        }

        string use = $"CamVid's layout: 'data check {folder}' looks at it, 'eval MODEL --data {folder}' evaluates on it";
        Console.WriteLine($"{s.Frames} frames: {clip}, and with labels in {images} and {truth} ({use})");
    }

    private static string MakeFolder(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        try
        {
            Directory.CreateDirectory(path);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserError.CannotWrite(folder, e);
        }
    }

    private static unsafe void Render(StreetScene scene, double seconds, Mat image, Mat labels)
        => scene.Render(seconds, new Span<byte>(image.DataPointer, Width * Height * 3), new Span<byte>(labels.DataPointer, Width * Height));
}
