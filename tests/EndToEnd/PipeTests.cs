using System.Diagnostics;
using OpenCvSharp;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.EndToEnd;

/// <summary>The program between others: it reads standard input, and writes what was asked for and nothing else.</summary>
public sealed class PipeTests(AppModel model) : IClassFixture<AppModel>
{
    private const int Width = 64, Height = 48, Frames = 5;

    [Trait("Set", "Slow")]
    [SkippableFact]
    public void Raw_images_come_out_as_they_went_in()
    {
        Media.SkipWithoutFfmpeg();
        byte[] images = new byte[Width * Height * 3 * Frames];
        new Random(3).NextBytes(images);
        string[] input = ["--input-format", "bgr24", "--input-width", "64", "--input-height", "48"];
        string[] plain = ["--output-format", "bgr24", "--opacity", "0", "--hud", "none"];
        (int code, byte[] output, string error) = Run(images, ["replay", "-", "-", .. input, .. plain]);
        Assert.True(code == 0, error);
        Assert.Equal(images, output);
        Assert.Contains("standard output: bgr24, 64×48, 25 frames/s", error, StringComparison.Ordinal);
        Assert.Contains("wrote standard output (5 frames)", error, StringComparison.Ordinal);
    }

    [Trait("Set", "Slow")]
    [SkippableFact]
    public void A_video_comes_in_by_a_pipe_and_goes_out_as_images()
    {
        Media.SkipWithoutFfmpeg();
        using TemporaryFolder folder = new();
        string[] make = ["-v", "error", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=0.5", "-c:v", "mjpeg", folder["v.mkv"]];
        Assert.Equal(0, Cli.Try("ffmpeg", make)!.Value.Code);
        (int code, byte[] output, string error) = Run(File.ReadAllBytes(folder["v.mkv"]), ["replay", "-", "-o", "-", "--quiet"]);
        Assert.True(code == 0, error);
        Assert.Empty(error);
        File.WriteAllBytes(folder["o.mjpeg"], output);
        string[] count = ["-count_frames", "-show_entries", "stream=width,height,nb_read_frames"];
        Assert.Equal("64,48,5", Media.Probe(folder["o.mjpeg"], count));
        (code, output, error) = Run(output, ["replay", "-", "-", "--input-format", "mjpeg", "--output-format", "labels", "--frames", "2"]);
        Assert.True(code == 0, error);
        Assert.Equal(2 * Width * Height, output.Length);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void A_list_of_images_comes_in_by_a_pipe()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["in/b"]);
        string[] names = ["in/1.png", "in/b/2.png", "in/b/3.png"];
        foreach (string name in names[..2])
        {
            using Mat image = new(48, name == names[0] ? 64 : 80, MatType.CV_8UC3, Scalar.All(90));
            Cv2.ImWrite(folder[name], image);
        }

        byte[] list = System.Text.Encoding.UTF8.GetBytes(string.Join('\n', names.Select(n => folder[n])));
        string[] outputs = [folder["out/"], "--masks", folder["masks"], "--stats", folder["s.csv"]];
        (int code, byte[] output, string error) = Run(list, ["replay", "-", .. outputs, "--input-format", "list"]);
        Assert.Equal(1, code);
        Assert.Contains("skipped 1 of 3 images", error, StringComparison.Ordinal);
        string text = System.Text.Encoding.UTF8.GetString(output);
        Assert.Contains("2/3 b/2.png: 80×48, ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("frames/s", text, StringComparison.Ordinal);
        using Mat result = Cv2.ImRead(folder["out/b/2.png"]), mask = Cv2.ImRead(folder["masks/b/2.png"]);
        Assert.Equal((new Size(80, 48), new Size(80, 48)), (result.Size(), mask.Size()));
        Assert.StartsWith("0,0.000,", File.ReadLines(folder["s.csv"]).Skip(1).First(), StringComparison.Ordinal);
        Assert.EndsWith(",b/2.png", File.ReadLines(folder["s.csv"]).Last(), StringComparison.Ordinal);
    }

    [Trait("Set", "Slow")]
    [SkippableTheory]
    [InlineData("--input-format names what it is")]
    [InlineData("is it mjpeg?", "--input-format", "mjpeg")]
    [InlineData("give --input-width and --input-height", "--input-format", "rgb24")]
    [InlineData("names no image", "--input-format", "list")]
    [InlineData("can be read once", "--loop", "2")]
    public void What_is_no_video_is_refused(string says, params string[] options)
    {
        Media.SkipWithoutFfmpeg();
        (int code, byte[] output, string error) = Run([], ["replay", "-", "null", .. options]);
        Assert.Equal(2, code);
        Assert.Contains(says, Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.DoesNotContain("error", System.Text.Encoding.UTF8.GetString(output), StringComparison.Ordinal);
    }

    private (int Code, byte[] Output, string Error) Run(byte[] input, string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "rtseg.dll");
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments, "--headless", "--model", model.File])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task write = Task.Run(() =>
        {
            try
            {
                using Stream to = process.StandardInput.BaseStream;
                to.Write(input);
            }
            catch (IOException)
            {
                // It has read as much as it wanted.
            }
        });
        using MemoryStream output = new();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        write.GetAwaiter().GetResult();
        return (process.ExitCode, output.ToArray(), error.Result);
    }
}
