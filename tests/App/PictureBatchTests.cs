using OpenCvSharp;
using RealtimeSeg.Commands;
using RealtimeSeg.Frames;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Image files as a batch: which are read, and what their results are called.</summary>
public sealed class PictureBatchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PictureBatchTests()
    {
        foreach (string name in (string[])["in/b/2.png", "in/b/c/3.jpg", "in/1.jpg", "in/.hidden/4.jpg", "in/note.txt", "other/1.jpg"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
            File.WriteAllText(_folder[name], "");
        }

        Directory.CreateSymbolicLink(_folder["in/b/round"], _folder["in"]);
        File.WriteAllText(_folder["in/list.txt"], $"# two\n\n b/2.png \n{_folder["other/1.jpg"]}\n");
        File.WriteAllText(_folder["bad.lst"], "in/clip.mp4\n");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1.jpg b/2.png b/c/3.jpg", "TMP/in")]
    [InlineData("1.jpg", "TMP/in/*.jpg")]
    [InlineData("1.jpg b/c/3.jpg", "TMP/in/**/*.jpg")]
    [InlineData("in/1.jpg other/1.jpg", "TMP/*/1.jpg")]
    [InlineData("b/2.png", "TMP/in/?/*.png")]
    [InlineData("2.png", "TMP/in/b/2.png")]
    [InlineData("in/b/2.png other/1.jpg", "TMP/in/list.txt")]
    [InlineData("other/1.jpg in/1.jpg", "TMP/other", "TMP/in/*.jpg")]
    public void Images_are_named_from_what_was_asked_for(string names, params string[] asked)
    {
        string[] actual = [.. asked.Select(a => a.Replace("TMP", _folder.Path, StringComparison.Ordinal))];
        IReadOnlyList<Picture> found = SourceKinds.PicturesOf(actual, new SourceOptions())!;
        Assert.Equal(names, string.Join(' ', found.Select(p => p.Name)));
        Assert.All(found, p => Assert.True(File.Exists(p.File), p.File));
    }

    [Fact]
    public void A_list_names_images_alone()
    {
        string refusal = Assert.Throws<UserError>(() => SourceKinds.PicturesOf([_folder["bad.lst"]], new SourceOptions())).Message;
        Assert.Contains("lists in/clip.mp4, which is not an image", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_of_one_name_have_results_of_their_own_and_one_that_is_read_again_has_the_same()
    {
        FolderNames names = new("out", ".png");
        Assert.Equal([("out/a.png", false), ("out/a-2.png", false), ("out/b/a.png", false), ("out/a-2.png", true)],
            ((string[])["a.jpg", "a.png", "b/a.jpg", "a.png"]).Select(names.Of));
        using FrameSlot frame = new() { Index = 7 };
        Assert.Equal("out/000007.png", names.Of(frame).Name);
    }

    [Theory]
    [InlineData(".png")]
    [InlineData(".jpg")]
    [InlineData(".webp")]
    public void Each_image_goes_to_a_file_of_its_name_and_size(string extension)
    {
        using Studio studio = new();
        using (FolderSink sink = new(_folder["out"], Studio.Context() with { ImageExtension = extension }))
        {
            foreach ((string name, int side) in (ReadOnlySpan<(string, int)>)[("b/2.png", 40), ("1.jpg", 64), ("b/2.png", 40)])
            {
                using Mat image = new(side, 2 * side, MatType.CV_8UC3, new Scalar(200, 100, 50));
                studio.Show(sink, image, 0, name);
            }

            Assert.Equal($"{_folder["out"]} (2 images)", sink.Finish());
        }

        string[] written = Directory.GetFiles(_folder["out"], "*", SearchOption.AllDirectories);
        string[] expected = [_folder["out/1" + extension], _folder["out/b/2" + extension]];
        Assert.Equal(expected, written.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        using Mat read = Cv2.ImRead(_folder["out/b/2" + extension]);
        Assert.Equal(new Size(80, 40), read.Size());
        Vec3b pixel = read.At<Vec3b>(20, 40);
        Assert.All([(pixel[0], 200), (pixel[1], 100), (pixel[2], 50)], p => Assert.InRange(p.Item1 - p.Item2, -3, 3));
    }

    [Fact]
    public void A_bar_or_a_line_an_image_tells_how_far_it_is()
    {
        using FrameSlot slot = new() { Picture = "b/2.png" };
        slot.Image.Create(30, 40, MatType.CV_8UC3);
        slot.Labels.Create(1, 4, MatType.CV_8UC1);
        new byte[] { 1, 1, 1, 0 }.CopyTo(slot.Labels.AsSpan<byte>());
        slot[Stamp.Smoothed] = 12_000_000;
        using StringWriter bar = new(), lines = new(); // each shown twice, the second time in a second round
        TextWriter before = Console.Out;
        Console.SetOut(lines);
        try
        {
            foreach (TextWriter? to in (TextWriter?[])[bar, null])
            {
                using PictureProgress progress = new(1, () => ["a", "b"], to);
                progress.Show(slot);
                progress.Show(slot);
            }
        }
        finally
        {
            Console.SetOut(before);
        }

        const string Line = "b/2.png: 40×30, b 75 %, a 25 %; 12 ms";
        Assert.Equal($"1/1 {Line}\n2 {Line}\n", lines.ToString());
        Assert.EndsWith("[==============================] 2 b/2.png\n", bar.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Results_do_not_go_into_the_folder_that_is_read()
    {
        using Mat image = Pictures.Noise(8, 8);
        image.SaveImage(_folder["a.jpg"]);
        UserError e = Assert.Throws<UserError>(() => OutputFiles.Check(
            ParsedOptions.Read(Mode.Replay, _folder.Path, _folder.Path + "/"), [], []));
        Assert.Contains("it is the folder that is read", e.Message, StringComparison.Ordinal);
    }
}
