using System.Text;
using OpenCvSharp;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Runs;
using Xunit;

namespace RealtimeSeg.Tests.EndToEnd;

/// <summary>Files cut short or with flipped bits: refused in one line, or read as something else; never a crash.</summary>
public sealed class FuzzTests
{
    /// <summary>Half of the copies are damaged here, where a flipped bit does most.</summary>
    private const int HeaderBytes = 200;

    [Theory]
    [InlineData(".jpg")]
    [InlineData(".png")]
    [InlineData(".bmp")]
    [InlineData(".webp")]
    public void Images(string extension)
    {
        using TemporaryFolder folder = new();
        byte[] whole = Encoded(extension);
        using Mat image = new();
        Many(whole, 120, bytes =>
        {
            File.WriteAllBytes(folder["p" + extension], bytes);
            using ImageSource source = new(folder["p" + extension], null);
            Assert.True(source.Read(image));
        });
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void Videos()
    {
        using TemporaryFolder folder = new();
        string file = folder["v.avi"];
        using (VideoWriter writer = new(file, VideoWriter.FourCC('M', 'J', 'P', 'G'), 10, new Size(64, 48)))
        using (Mat frame = new(48, 64, MatType.CV_8UC3, new Scalar(10, 100, 200)))
        {
            for (int i = 0; i < 8; i++) writer.Write(frame);
        }

        using Mat image = new();
        Many(File.ReadAllBytes(file), 12, bytes => // each starts ffprobe and ffmpeg
        {
            File.WriteAllBytes(file, bytes);
            using VideoSource source = new(file, null);
            for (int i = 0; i < 200 && source.Read(image); i++) Assert.Equal(3, image.Channels());
            source.Seek(-1);
            source.Read(image);
        });
    }

    [Fact]
    public void Streams()
    {
        byte[] jpeg = Encoded(".jpg");
        string head = $"--b\r\nContent-Type: image/jpeg\r\nContent-Length: {jpeg.Length}\r\n\r\n";
        byte[] part = [.. Encoding.ASCII.GetBytes(head), .. jpeg, .. "\r\n"u8];
        Many([.. part, .. part, .. part], 200, bytes =>
        {
            using MjpegReader reader = new(new MemoryStream(bytes));
            for (int i = 0; i < 50 && reader.Next() is { IsEmpty: false }; i++)
            {
                // Whatever it reads, it ends.
            }
        });
    }

    [Theory]
    [InlineData("camvid")]
    [InlineData("voc")]
    [InlineData("masks")]
    public void Labelled_data(string layout)
    {
        using TemporaryFolder folder = new();
        (string images, string labels) = layout switch
        {
            "camvid" => ("train", "trainannot"),
            "voc" => ("JPEGImages", "SegmentationClass"),
            _ => ("images", "masks"),
        };
        Directory.CreateDirectory(folder[images]);
        Directory.CreateDirectory(folder[labels]);
        File.WriteAllBytes(folder[$"{images}/a.jpg"], Encoded(".jpg"));
        if (layout == "voc")
        {
            Directory.CreateDirectory(folder["ImageSets/Segmentation"]);
            File.WriteAllText(folder["ImageSets/Segmentation/train.txt"], "a\n");
        }

        using Mat map = new(48, 64, MatType.CV_8UC1, new Scalar(layout == "masks" ? 255 : 3));
        Cv2.ImEncode(".png", map, out byte[] png);
        Many(png, 150, bytes =>
        {
            File.WriteAllBytes(folder[$"{labels}/a.png"], bytes);
            IDataset set = DatasetLayout.Open(folder.Path, new Split(Training: true), null);
            Sample sample = set.Load(0);
            Assert.All(sample.Labels.AsSpan<byte>().ToArray().Distinct(), v => Assert.True(v < set.ClassNames.Count || v == 255));
        });
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void Checkpoints()
    {
        using TemporaryFolder folder = new();
        Toy.Train(Toy.Config(1), folder.Path);
        string path = folder[Checkpoint.FileName];
        int refused = Many(File.ReadAllBytes(path), 40, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            Checkpoint.Load(path);
        });
        Assert.Equal(40, refused); // a checksum lets nothing through
    }

    /// <summary>
    /// Calls <paramref name="use"/> with damaged copies and counts how often it refuses them. Anything but a <c>UserError</c> of one line
    /// fails.
    /// </summary>
    private static int Many(byte[] whole, int times, Action<byte[]> use)
    {
        Random random = new(11);
        int refused = 0;
        for (int i = 0; i < times; i++)
        {
            byte[] bytes = i % 3 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            int range = i % 2 == 0 ? bytes.Length : Math.Min(bytes.Length, HeaderBytes), flips = range > 0 ? 1 + (i % 5) : 0;
            for (int k = 0; k < flips; k++) bytes[random.Next(range)] ^= (byte)(1 << random.Next(8));
            try
            {
                use(bytes);
            }
            catch (UserError e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
        }

        return refused;
    }

    private static byte[] Encoded(string extension)
    {
        using Mat image = new(48, 64, MatType.CV_8UC3, new Scalar(10, 100, 200));
        Cv2.Circle(image, new Point(30, 20), 12, Scalar.White, -1);
        Cv2.ImEncode(extension, image, out byte[] bytes);
        return bytes;
    }
}
