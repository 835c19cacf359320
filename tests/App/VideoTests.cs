using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Video;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Video files: colours, times, shape, and what is missing from them.</summary>
public sealed class VideoTests : IDisposable
{
    private const string Clip = "app/Assets/street.mp4";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Size, how the file is coded and tagged, and how it reaches the program.</summary>
    [SkippableTheory]
    [InlineData("640x480", "bt601", "")]
    [InlineData("640x480", "bt709", "bt709")]
    [InlineData("1280x720", "bt709", "")]
    [InlineData("1280x720", "bt709", "bt709")]
    [InlineData("1280x720", "bt601", "smpte170m")]
    [InlineData("1280x720", "bt709", "bt709", "pc")]
    [InlineData("1280x720", "bt709", "", "tv", "yuv444p")]
    [InlineData("640x480", "bt601", "", "tv", "yuv420p", true)]
    [InlineData("1280x720", "bt709", "", "tv", "yuv420p", true)]
    [InlineData("1280x720", "bt601", "smpte170m", "tv", "yuv420p", true)]
    public void Primaries_keep_their_colours(
        string size, string matrix, string tag, string range = "tv", string pixels = "yuv420p", bool isStream = false)
    {
        RequireFfmpeg();
        string tags = tag.Length > 0 ? $",setparams=colorspace={tag}:range={range}" : "";
        // Six stripes of sixteen pixels each, so that no chroma sample lies on an edge.
        string[] stripes = ["red", "lime", "blue", "white", "black", "yellow"];
        string drawn = string.Join(',', stripes.Select((c, i) => $"drawbox=x={i * 16}:y=0:w=16:h=ih:c={c}:t=fill"));
        string filter = $"format=gbrp,{drawn},scale=out_color_matrix={matrix}:out_range={range}:flags=accurate_rnd+full_chroma_int,"
            + $"format={pixels}{tags}";
        string file = _folder[isStream ? "c.ts" : "c.mp4"];
        Make("-f", "lavfi", "-i", $"color=gray:s={size}:r=10:d=0.5", "-vf", filter, "-c:v", "libx264", "-qp", "0", file);
        using Mat image = new();
        if (isStream)
        {
            byte[] bytes = File.ReadAllBytes(file);
            using RawServer sender = new(async (stream, _, end) => await stream.WriteAsync(bytes, end));
            using StreamSource source = new(sender.Address("tcp"), null);
            Assert.True(source.Read(image));
            Assert.Equal(1, sender.Connections);
        }
        else
        {
            using VideoSource source = new(file, null);
            Assert.True(source.Read(image));
        }

        (int B, int G, int R)[] wanted = [(0, 0, 255), (0, 255, 0), (255, 0, 0), (255, 255, 255), (0, 0, 0), (0, 255, 255)];
        for (int i = 0; i < wanted.Length; i++)
        {
            Vec3b got = image.At<Vec3b>(100, (i * 16) + 8);
            int off = new[] { got.Item0 - wanted[i].B, got.Item1 - wanted[i].G, got.Item2 - wanted[i].R }.Max(Math.Abs);
            Assert.True(off <= 2, $"{stripes[i]} is ({got.Item2},{got.Item1},{got.Item0})");
        }
    }

    [Fact]
    public void Conversion_from_YUV_is_exact_at_any_width()
    {
        Random random = new(3);
        foreach ((int width, int height) in new[] { (1, 1), (15, 3), (16, 2), (33, 5), (47, 4) })
        {
            byte[] planes = new byte[YuvConversion.Bytes(width, height)];
            random.NextBytes(planes);
            using Mat image = new();
            new YuvConversion(YuvMatrix.Bt709).Convert(planes, width, height, image);
            int half = (width + 1) / 2, chroma = width * height, other = chroma + (half * ((height + 1) / 2));
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    int at = (y / 2 * half) + (x / 2);
                    double luma = (planes[(y * width) + x] - 16) / 219.0, u = (planes[chroma + at] - 128) / 224.0;
                    double v = (planes[other + at] - 128) / 224.0, red = luma + (1.5748 * v), blue = luma + (1.8556 * u);
                    double green = (luma - (0.2126 * red) - (0.0722 * blue)) / 0.7152;
                    Vec3b got = image.At<Vec3b>(y, x);
                    Assert.InRange(got.Item0 - Math.Clamp(blue * 255, 0, 255), -1, 1);
                    Assert.InRange(got.Item1 - Math.Clamp(green * 255, 0, 255), -1, 1);
                    Assert.InRange(got.Item2 - Math.Clamp(red * 255, 0, 255), -1, 1);
                }
            }
        }
    }

    [SkippableFact]
    public void A_variable_rate_keeps_its_timing()
    {
        RequireFfmpeg();
        string file = Variable();
        using VideoSource source = new(file, null), even = new(file, 10);
        List<double> times = Times(source), spaced = Times(even);
        Assert.Equal(75, times.Count);
        for (int i = 0; i < times.Count; i++)
        {
            Assert.Equal(i <= 60 ? i / 30.0 : 2 + ((i - 60) / 5.0), times[i], 0.0011);
            Assert.Equal(i / 10.0, spaced[i], 1e-9);
        }

        Assert.Empty(source.Problems);
    }

    [Trait("Set", "Slow")]
    [SkippableFact]
    public void A_jump_goes_to_the_frame_of_that_time()
    {
        RequireFfmpeg();
        using VideoSource source = new(Variable(), null);
        using Mat image = new(), again = new();
        for (int i = 0; i < 63; i++) Assert.True(source.Read(image));
        Assert.Equal(2.4, source.Timing.Seconds!.Value, 0.0011);
        Assert.True(source.Seek(-2));
        Assert.True(source.Read(again));
        Assert.Equal(0.4, source.Timing.Seconds!.Value, 0.0011);
        Assert.True(source.Seek(2));
        Assert.True(source.Read(again));
        Assert.Equal(2.4, source.Timing.Seconds!.Value, 0.0011);
        Assert.Equal(0, Cv2.Norm(image, again, NormTypes.INF));
        Assert.False(source.Seek(60));
        Assert.True(source.Seek(-60));
        Assert.True(source.Read(again));
        Assert.Equal(0, source.Timing.Seconds!.Value, 0.0011);
    }

    [Trait("Set", "Slow")]
    [SkippableFact]
    public void A_repetition_goes_on_where_the_one_before_ended()
    {
        RequireFfmpeg();
        using ManualResetEvent stop = new(false);
        using ISource source = SourceFactory.Open(Variable(), new SourceOptions(Start: 4, Times: 3), stop);
        List<double> times = Times(source);
        Assert.Equal(15, times.Count);
        Assert.Equal(4, times[0], 0.0011);
        for (int i = 1; i < times.Count; i++) Assert.InRange(times[i] - times[i - 1], 0.01, 0.25);
    }

    [Trait("Set", "Slow")]
    [SkippableFact]
    public void Pixels_come_out_square_and_upright()
    {
        RequireFfmpeg();
        Make("-i", Clip, "-t", "0.3", "-vf", "setsar=2", "-c:v", "libx264", _folder["wide.mp4"]);
        Make("-i", _folder["wide.mp4"], "-c", "copy", "-metadata:s:v", "rotate=90", _folder["turned.mp4"]);
        string facts = Cli.Try("ffprobe", _folder["turned.mp4"])!.Value.Error;
        Skip.IfNot(facts.Contains("rotat", StringComparison.Ordinal), "this ffmpeg writes no rotation");
        foreach ((string name, Size size) in new[] { ("wide.mp4", new Size(2560, 720)), ("turned.mp4", new Size(720, 2560)) })
        {
            using VideoSource source = new(_folder[name], null);
            using Mat image = new();
            Assert.True(source.Read(image));
            Assert.Equal(size, image.Size());
        }
    }

    [Trait("Set", "Slow")]
    [SkippableTheory]
    [InlineData("c.mp4")]
    [InlineData("c.mkv")]
    [InlineData("c.avi")]
    public void A_file_that_breaks_off_is_told(string name)
    {
        RequireFfmpeg();
        Make("-i", Clip, "-c:v", "mpeg4", "-b:v", "500k", "-movflags", "+faststart", _folder[name]);
        using (VideoSource whole = new(_folder[name], null))
        {
            Assert.Equal(300, Times(whole).Count);
            Assert.Empty(whole.Problems);
        }

        byte[] bytes = File.ReadAllBytes(_folder[name]);
        File.WriteAllBytes(_folder[name], bytes[..(bytes.Length / 2)]);
        using VideoSource half = new(_folder[name], null);
        Assert.InRange(Times(half).Count, 40, 260);
        Assert.Contains("breaks off: read", Assert.Single(half.Problems), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_file_without_video_is_refused()
    {
        RequireFfmpeg();
        Make("-f", "lavfi", "-i", "sine=d=1", _folder["sound.mkv"]);
        UserError refusal = Assert.Throws<UserError>(() => new VideoSource(_folder["sound.mkv"], null));
        Assert.Contains("holds no video", refusal.Message, StringComparison.Ordinal);
    }

    [Trait("Set", "Slow")]
    [SkippableFact]
    public void Reading_allocates_almost_nothing()
    {
        RequireFfmpeg();
        using VideoSource source = new(Path.Combine(Repository.Root, Clip), null);
        using Mat image = new();
        for (int i = 0; i < 20; i++) source.Read(image);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < 100; i++) Assert.True(source.Read(image));
        Assert.InRange((GC.GetTotalAllocatedBytes(precise: true) - before) / 100.0, 0, 1024);
    }

    [SkippableFact]
    public void Damaged_raw_video_is_read_to_its_end_or_refused()
    {
        RequireFfmpeg();
        Make("-i", Clip, "-t", "0.3", "-s", "34x20", "-pix_fmt", "yuv420p", "-c:v", "rawvideo", "-allow_raw_vfw", "1", _folder["r.mkv"]);
        Make("-i", Clip, "-t", "0.3", "-s", "34x20", "-pix_fmt", "yuv420p", _folder["r.y4m"]);
        byte[] matroska = File.ReadAllBytes(_folder["r.mkv"]), y4m = File.ReadAllBytes(_folder["r.y4m"]);
        byte[] planes = new byte[YuvConversion.Bytes(34, 20)];
        Random random = new(5);
        for (int i = 0; i < 500; i++)
        {
            byte[] bytes = [.. i % 2 == 0 ? matroska : y4m];
            for (int k = 0; k < 1 + (i % 7); k++) bytes[random.Next(k % 2 == 0 ? 1000 : bytes.Length)] ^= (byte)(1 << random.Next(8));
            using MemoryStream stream = new(bytes, 0, i % 3 == 0 ? random.Next(bytes.Length) : bytes.Length);
            try
            {
                if (i % 2 == 0) Drain(new MatroskaReader(stream, 12), planes);
                else Drain(new Y4mReader(stream), planes);
            }
            catch (InvalidDataException)
            {
                // Refused.
            }
        }
    }

    private static void Drain(MatroskaReader reader, byte[] planes)
    {
        while (reader.FrameBytes <= planes.Length && reader.Next(out _) && reader.Read(planes.AsSpan(0, (int)reader.FrameBytes)))
        {
            // Until its end.
        }
    }

    private static void Drain(Y4mReader reader, byte[] planes)
    {
        while (reader.Next() && reader.Read(planes))
        {
            // Until its end.
        }
    }

    private static List<double> Times(ISource source)
    {
        using Mat image = new();
        List<double> times = [];
        while (source.Read(image)) times.Add(source.Timing.Seconds!.Value);
        return times;
    }

    /// <summary>Two seconds at 30 frames per second, then three at 5.</summary>
    private string Variable()
    {
        string file = _folder["variable.mkv"];
        string[] inputs = ["-f", "lavfi", "-i", "testsrc=s=160x120:r=30:d=2", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=5:d=3"];
        Make([.. inputs, "-filter_complex", "[0][1]concat=n=2", "-vsync", "vfr", "-enc_time_base", "1:1000", "-c:v", "libx264", file]);
        return file;
    }

    private static void Make(params string[] arguments)
    {
        (int code, _, string error) = Cli.Try("ffmpeg", ["-nostdin", "-loglevel", "error", "-y", .. arguments])!.Value;
        Assert.True(code == 0, string.Create(CultureInfo.InvariantCulture, $"ffmpeg {string.Join(' ', arguments)}: {error}"));
    }

    private static void RequireFfmpeg() => Skip.If(ChildProcess.Find("ffmpeg") is null, "ffmpeg is not installed");
}
