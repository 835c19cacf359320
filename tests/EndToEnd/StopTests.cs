using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.EndToEnd;

/// <summary>How a run ends that is stopped from outside, or whose disk is full.</summary>
[Trait("Set", "Slow")]
public sealed class StopTests(AppModel model) : IClassFixture<AppModel>
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(50);

    [SkippableTheory]
    [InlineData("TERM", "v.mp4")]
    [InlineData("KILL", "v.part.mp4")]
    public void A_run_with_a_receiver_that_never_reads_ends_at_a_signal_and_leaves_its_recording_but_no_program(string signal, string left)
    {
        Media.SkipWithoutFfmpeg();
        using TemporaryFolder folder = new();
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        string address = $"tcp://{listener.LocalEndpoint}", part = folder["v.part.mp4"];
        string[] run = ["replay", "synth://", folder["v.mp4"], address, "--bitrate", "100M", "--headless", "--model", model.File];
        ProcessStartInfo start = new(Path.Combine(Repository.Root, "run.sh"), run)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        int recorded = 0;
        Media.Await(() => (recorded = Media.Times(part).Length) >= 30 && Media.Running(address).Length > 0, "the recording");
        Assert.Equal(0, Cli.Try("kill", "-s", signal, $"{process.Id}")!.Value.Code);
        Assert.True(process.WaitForExit(Deadline), "the run goes on");
        Media.Await(() => Media.Running(address).Length == 0 && Media.Running(folder.Path).Length == 0, "the end of all programs");
        Assert.InRange(Media.Times(folder[left]).Length, recorded, int.MaxValue);
    }

    [Theory]
    [InlineData("p.png")]
    [InlineData("null", "--stats", "p.csv")]
    [InlineData("null", "--json", "p.json")]
    public async Task A_run_whose_pipe_nobody_reads_ends_at_a_signal(params string[] outputs)
    {
        using TemporaryFolder folder = new();
        string pipe = folder[outputs[^1]];
        Assert.Equal(0, Cli.Try("mkfifo", pipe)!.Value.Code);
        string[] run = ["replay", "synth://", .. outputs[..^1], pipe, "--headless", "--verbose", "--model", model.File];
        ProcessStartInfo start = new(Path.Combine(Repository.Root, "app/bin/Release/net10.0/linux-x64/rtseg"), run)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Assert.Contains("a signal ends", process.StandardOutput.ReadLine() ?? "", StringComparison.Ordinal);
        Task<string> rest = process.StandardOutput.ReadToEndAsync();
        Assert.False(process.WaitForExit(500), "it ended by itself");
        Assert.Equal(0, Cli.Try("kill", "-s", "TERM", $"{process.Id}")!.Value.Code);
        bool ended = process.WaitForExit(Deadline);
        if (!ended) process.Kill();
        Assert.True(ended, "the run goes on");
        bool begun = !(await rest).Contains("no frame was shown", StringComparison.Ordinal) || outputs[^1] == "p.json";
        if (begun) Assert.Contains($"cannot write {pipe}: nobody reads it", await errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_full_disk_ends_one_output_and_is_reported_and_ends_the_run_only_if_it_was_the_last()
    {
        Media.SkipWithoutFfmpeg();
        using TemporaryFolder folder = new();
        using SmallDisk disk = new(megabytes: 1);
        string[] common = ["--frames", "60", "--crf", "0", "--headless", "--model", model.File];
        string[] two = [disk["v.mp4"], folder["v.mp4"], "--json", folder["two.json"], "--stats", folder["s.csv"]];
        (int code, string output, string error) = Cli.Run(Repository.Root, ["replay", "synth://3", .. two, .. common]);
        Assert.Equal(CommandRunner.IncompleteCode, code);
        Assert.Contains($"warning: cannot write {disk["v.mp4"]}", error, StringComparison.Ordinal);
        Assert.Contains($"wrote {folder["v.mp4"]}", output, StringComparison.Ordinal);
        Assert.Equal(60, Media.Times(folder["v.mp4"]).Length);
        Assert.Equal(1 + (60 * 11), File.ReadAllLines(folder["s.csv"]).Length); // a row for each class of each frame
        Assert.True(File.Exists(folder["two.json"]));
        string[] one = [disk["w.mp4"], "--json", folder["one.json"]];
        (code, _, error) = Cli.Run(Repository.Root, ["replay", "synth://3", .. one, .. common]);
        Assert.Equal(CommandRunner.UserErrorCode, code);
        Assert.StartsWith($"error: cannot write {disk["w.mp4"]}", error, StringComparison.Ordinal);
        Assert.True(File.Exists(folder["one.json"]));
    }
}
