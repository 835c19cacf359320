using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using OpenCvSharp;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.EndToEnd;

/// <summary>Ctrl-C, as a terminal sends it: to the whole process group, at any moment of a run.</summary>
public sealed class InterruptTests
{
    [SkippableTheory]
    [Trait("Set", "Slow")]
    [InlineData("file")]
    [InlineData("tcp")]
    public void An_interrupted_run_ends_in_order(string kind) => Interrupt(kind, times: 2);

    [SkippableTheory]
    [Trait("Set", "Long")]
    [InlineData("file")]
    [InlineData("images")]
    [InlineData("mjpeg")]
    [InlineData("tcp")]
    public void A_run_interrupted_at_any_moment_ends_in_order(string kind) => Interrupt(kind, times: 20);

    private static void Interrupt(string kind, int times)
    {
        Skip.If(ChildProcess.Find("ffmpeg") is null || ChildProcess.Find("setsid") is null, "ffmpeg or setsid is not installed");
        using TemporaryFolder folder = new();
        using Mat image = new(48, 64, MatType.CV_8UC3, Scalar.All(90));
        Cv2.ImWrite(folder["a.png"], image);
        Cv2.ImWrite(folder["b.png"], image);
        Random random = new(7);
        for (int i = 0; i < times; i++) Once(kind, folder, random.Next(1500));
    }

    private static void Once(string kind, TemporaryFolder folder, int milliseconds)
    {
        using RawServer camera = new((stream, _, end) => kind == "tcp" ? Clip.SendAsync(stream, end) : Clip.ServeAsync(stream, end));
        string source = kind switch
        {
            "file" => Path.Combine(Repository.Root, "app/Assets/street.mp4"),
            "images" => folder["*.png"],
            "mjpeg" => camera.Address("http"),
            _ => camera.Address("tcp"),
        };
        string json = folder["run.json"];
        string program = Path.Combine(Repository.Root, "app/bin/Release/net10.0/linux-x64/rtseg");
        string[] live = kind is "file" or "images" ? ["replay", source, "null", "--loop", "-1"] : ["live", source, "null"];
        // Whoever runs the tests in the background may have them ignore the signal, and so every program that they start.
        string[] command = ["--default-signal=INT", "setsid", program, .. live, "--headless", "--json", json, "--verbose"];
        ProcessStartInfo start = new("env", command)
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        using Process run = Process.Start(start)!;
        Task<string> errors = run.StandardError.ReadToEndAsync();
        Assert.Contains("a signal ends", run.StandardOutput.ReadLine() ?? "", StringComparison.Ordinal);
        Task<string> rest = run.StandardOutput.ReadToEndAsync();
        Assert.False(run.WaitForExit(milliseconds), errors.IsCompleted ? errors.Result : "it ended by itself");
        Cli.Try("kill", "-INT", "--", string.Create(CultureInfo.InvariantCulture, $"-{run.Id}"));
        bool ended = run.WaitForExit(50_000);
        if (!ended) run.Kill(entireProcessTree: true);
        Assert.True(ended, $"{kind} after {milliseconds} ms: it does not end");
        Assert.True(run.ExitCode == 0, $"{kind} after {milliseconds} ms: {run.ExitCode} {errors.Result} {rest.Result}");
        JsonDocument.Parse(File.ReadAllBytes(json)).Dispose();
        File.Delete(json);
    }

    /// <summary>The bundled clip, again and again, as MPEG-TS or as a camera's parts.</summary>
    private static class Clip
    {
        private static readonly Lazy<byte[]> Stream = new(() => Made("-f", "mpegts")), Parts = new(() => Made("-f", "mpjpeg"));

        public static async Task SendAsync(System.Net.Sockets.NetworkStream stream, CancellationToken end)
        {
            while (true) await stream.WriteAsync(Stream.Value, end);
        }

        public static async Task ServeAsync(System.Net.Sockets.NetworkStream stream, CancellationToken end)
        {
            await RawServer.SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=ffmpeg\r\n\r\n", end);
            while (true) await stream.WriteAsync(Parts.Value, end);
        }

        private static byte[] Made(params string[] format)
        {
            using TemporaryFolder folder = new();
            string[] arguments = ["-nostdin", "-loglevel", "error", "-i", "app/Assets/street.mp4", "-t", "3", .. format, folder["clip"]];
            Assert.Equal(0, Cli.Try("ffmpeg", arguments)!.Value.Code);
            return File.ReadAllBytes(folder["clip"]);
        }
    }
}
