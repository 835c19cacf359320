using System.Text;
using OpenCvSharp;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.EndToEnd;

/// <summary>What a run prints and stores: nothing that is secret, and no matter whether it can be printed.</summary>
public sealed class ConsoleTests(AppModel model) : IClassFixture<AppModel>
{
    private static readonly string Program = Path.Combine(Repository.Root, "app/bin/Release/net10.0/linux-x64/rtseg");

    [Trait("Set", "Slow")]
    [Fact]
    public void Neither_figures_nor_messages_of_a_run_show_a_password()
    {
        using TemporaryFolder folder = new();
        using Mat image = new(48, 64, MatType.CV_8UC3, Scalar.Gray);
        Cv2.ImEncode(".jpg", image, out byte[] jpeg);
        string head = $"--b\r\nContent-Type: image/jpeg\r\nContent-Length: {jpeg.Length}\r\n\r\n";
        using RawServer camera = new(async (stream, _, end) =>
        {
            await RawServer.SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n", end);
            while (!end.IsCancellationRequested) await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. jpeg], end);
        });
        string address = $"{camera.Address("http", "admin:s3cret@")}v.mjpg?resolution=64x48&token=t0ken";
        string[] run = ["live", address, "null", "--headless", "--frames", "3", "--json", folder["j.json"], "--model", model.File];
        (int code, string output, string error) = Cli.Try(Program, run)!.Value;
        Assert.True(code == 0, error);
        string json = File.ReadAllText(folder["j.json"]);
        Assert.Contains("127.0.0.1", json, StringComparison.Ordinal);
        foreach (string text in (string[])[json, output, error])
        {
            Assert.DoesNotContain("s3cret", text, StringComparison.Ordinal);
            Assert.DoesNotContain("t0ken", text, StringComparison.Ordinal);
        }
    }

    [Trait("Set", "Slow")]
    [SkippableTheory]
    [InlineData("> /dev/full", CommandRunner.IncompleteCode)]
    [InlineData(">&-", 0)]
    [InlineData("2>&-", 0)]
    [InlineData("> /dev/full 2> /dev/full", CommandRunner.IncompleteCode)]
    public void A_run_whose_text_cannot_be_printed_is_recorded_all_the_same(string where, int expected)
    {
        Skip.IfNot(File.Exists("/dev/full"), "there is no /dev/full");
        using TemporaryFolder folder = new();
        string run = $"{Program} replay synth:// {folder["a.png"]} --frames 2 --headless --model {model.File}";
        (int code, string output, string error) = Cli.Try("bash", "-c", $"{run} {where}")!.Value;
        Assert.True(code == expected, $"{code}: {output} {error}");
        Assert.True(File.Exists(folder["a.png"]));
    }
}
