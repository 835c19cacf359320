using OpenCvSharp;
using RealtimeSeg.Sinks;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Files of others beside an output, or in its place by the time it is written, are left alone.</summary>
public sealed class TakenNameTests
{
    [Fact]
    public void Writing_a_file_whole_touches_no_other_file()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["x.png.tmp"], "another's");
        AtomicFile.Write(folder["x.png"], [1, 2, 3]);
        Assert.Equal("another's", File.ReadAllText(folder["x.png.tmp"]));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(folder["x.png"]));
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    /// <summary>As /dev/stdout does when the shell sends it to one: a rename would put the output in the place of the link.</summary>
    [Fact]
    public void An_open_descriptor_that_leads_to_a_file_is_no_output()
    {
        using TemporaryFolder folder = new();
        using FileStream open = File.Create(folder["log"]);
        string name = $"/dev/fd/{open.SafeFileHandle.DangerousGetHandle()}";
        UserError error = Assert.Throws<UserError>(() => OutputName.Check([name], [], overwrite: true));
        Assert.Contains("it leads to a file; name that file", error.Message, StringComparison.Ordinal);
        OutputName.Check(["/dev/null"], [], overwrite: false);
    }

    [SkippableFact]
    public void Putting_a_recording_in_order_touches_no_other_file()
    {
        Media.SkipWithoutFfmpeg();
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["v.part.mp4.tmp"], "another's");
        using Studio studio = new();
        using Mat image = Studio.Plain(Scalar.Red);
        using VideoSink sink = new(folder["v.mp4"], Studio.Context());
        studio.Show(sink, image, 0);
        Assert.Equal(folder["v.mp4"], sink.Finish());
        Assert.Equal("another's", File.ReadAllText(folder["v.part.mp4.tmp"]));
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    /// <summary>Pictures that are read again, as with --loop, replace what this run wrote of them, wherever that is.</summary>
    [Fact]
    public void An_image_that_is_written_again_replaces_its_own_file_and_no_other()
    {
        using TemporaryFolder folder = new();
        using Studio studio = new();
        using Mat red = Studio.Plain(Scalar.Red), blue = Studio.Plain(Scalar.Blue);
        using FolderSink sink = new(folder["out"], Studio.Context());
        Directory.CreateDirectory(folder["out"]);
        File.WriteAllText(folder["out/a.png"], "another's");
        studio.Show(sink, red, 0, "a.jpg");
        studio.Show(sink, blue, 1, "a.jpg");
        Assert.Equal("another's", File.ReadAllText(folder["out/a.png"]));
        string own = Assert.Single(Directory.GetFiles(folder["out"]), f => f != folder["out/a.png"]);
        using Mat written = Cv2.ImRead(own);
        Assert.Equal(new Vec3b(255, 0, 0), written.At<Vec3b>(0, 0));
        Assert.Contains("(1 images, 1 beside a name that was taken", sink.Finish(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_whose_name_was_taken_meanwhile_gets_a_number()
    {
        using TemporaryFolder folder = new();
        using Studio studio = new();
        using Mat image = Studio.Plain(Scalar.Red);
        using ISink last = SinkFactory.Open(folder["last.png"], Studio.Context());
        using ISink all = SinkFactory.Open(folder["s%02d.png"], Studio.Context());
        for (int i = 0; i < 3; i++)
        {
            studio.Show(last, image, i);
            studio.Show(all, image, i);
            File.WriteAllText(folder["last.png"], "another's");
            File.WriteAllText(folder["s01.png"], "another's");
        }

        Assert.Equal(folder["last-2.png"], last.Finish());
        Assert.Contains("s01-2.png", all.Finish(), StringComparison.Ordinal);
        string[] theirs = [folder["last.png"], folder["s01.png"]];
        Assert.All(theirs, file => Assert.Equal("another's", File.ReadAllText(file)));
        using Mat written = Cv2.ImRead(folder["last-2.png"]), second = Cv2.ImRead(folder["s01-2.png"]);
        Assert.Equal((image.Size(), image.Size()), (written.Size(), second.Size()));
    }
}
