using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using OpenCvSharp;
using RealtimeSeg.Sinks;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>What is left when an output fails: all that was recorded, and the other outputs.</summary>
public sealed class SinkFailureTests
{
    private const int Rate = 30, LostAtMost = 2 * Rate;

    [Trait("Set", "Slow")]
    [SkippableTheory]
    [InlineData("v.mp4", false)]
    [InlineData("v.mp4", true)]
    [InlineData("v.mkv", true)]
    [InlineData("v.webm", true)]
    public void An_encoder_that_is_killed_leaves_what_was_recorded_under_the_partial_name(string name, bool live)
    {
        Media.SkipWithoutFfmpeg();
        using TemporaryFolder folder = new();
        using Studio studio = new();
        using VideoSink sink = new(folder[name], Studio.Context(live: live));
        using Mat image = Studio.Noise(160, 120);
        int shown = 0;
        for (; shown < 5 * Rate; shown++) studio.Show(sink, image, shown / (double)Rate);
        string part = folder[name.Replace(".", ".part.", StringComparison.Ordinal)];
        Media.Await(() => Media.Times(part).Length >= shown - LostAtMost, "the recording");
        Process.GetProcessById(Assert.Single(Media.Running(part))).Kill();
        UserError e = Assert.Throws<UserError>(() =>
        {
            for (int i = shown; i < 100 * Rate; i++) studio.Show(sink, image, i / (double)Rate);
        });
        Assert.Contains($"what was recorded is in {part}", e.Message, StringComparison.Ordinal);
        sink.Dispose();
        Assert.InRange(Media.Times(part).Length, shown - LostAtMost, int.MaxValue);
        Assert.False(File.Exists(folder[name]));
    }

    [Trait("Set", "Slow")]
    [SkippableTheory]
    [InlineData("v.mp4")]
    [InlineData("v.mkv")]
    public void A_full_disk_leaves_what_was_recorded_and_ends_no_other_output(string name)
    {
        Media.SkipWithoutFfmpeg();
        using TemporaryFolder folder = new();
        using SmallDisk disk = new(megabytes: 2);
        string full = disk[name], part = full.Replace(".m", ".part.m", StringComparison.Ordinal);
        using Studio studio = new();
        using SinkSet sinks = new(_ => { });
        sinks.Add(new VideoSink(full, Studio.Context(live: true)));
        sinks.Add(new StatsSink(folder["s.csv"], Studio.Context()));
        using Mat image = Studio.Noise(160, 120);
        int shown = 0;
        for (; sinks.Count == 2 && shown < 100 * Rate; shown++)
        {
            Cv2.Randu(image, Scalar.Black, Scalar.White);
            studio.Show(sinks, image, shown / (double)Rate);
        }

        sinks.Finish();
        Assert.Contains($"what was recorded is in {part}", Assert.Single(sinks.Problems), StringComparison.Ordinal);
        Assert.Equal([folder["s.csv"]], sinks.Outputs);
        Assert.Equal(shown, FramesIn(folder["s.csv"]));
        Assert.InRange(Media.Times(part).Length, shown - LostAtMost, shown);
    }

    [SkippableFact]
    public void Each_output_is_completed_whatever_becomes_of_the_others()
    {
        Media.SkipWithoutFfmpeg();
        using TemporaryFolder folder = new();
        using Studio studio = new();
        using SinkSet sinks = new(_ => { });
        using Mat image = Studio.Plain(Scalar.Red);
        sinks.Add(new ImageSink(folder["gone/last.png"], Studio.Context()));
        sinks.Add(new VideoSink(folder["v.mp4"], Studio.Context()));
        sinks.Add(new StatsSink(folder["s.jsonl"], Studio.Context()));
        for (int i = 0; i < 4; i++) studio.Show(sinks, image, i / (double)Rate);
        File.WriteAllText(folder["gone"], "a file where the folder was");
        sinks.Finish();
        sinks.ThrowIfFailed();
        Assert.Contains("last.png", Assert.Single(sinks.Problems), StringComparison.Ordinal);
        Assert.Equal([folder["v.mp4"], folder["s.jsonl"]], sinks.Outputs);
        Assert.Equal(4, Media.Times(folder["v.mp4"]).Length);
    }

    [Fact]
    public void The_only_output_that_cannot_be_completed_is_an_error()
    {
        using TemporaryFolder folder = new();
        using Studio studio = new();
        using SinkSet sinks = new(_ => { });
        using Mat image = Studio.Plain(Scalar.Red);
        sinks.Add(new ImageSink(folder["gone/last.png"], Studio.Context()));
        studio.Show(sinks, image, 0);
        File.WriteAllText(folder["gone"], "a file where the folder was");
        sinks.Finish();
        Assert.Throws<UserError>(sinks.ThrowIfFailed);
    }

    [SkippableFact]
    public void Class_shares_are_in_the_file_while_it_is_written()
    {
        using TemporaryFolder folder = new();
        using Studio studio = new();
        using StatsSink sink = new(folder["s.csv"], Studio.Context());
        using Mat image = Studio.Plain(Scalar.Red);
        for (int i = 0; i < 3; i++) studio.Show(sink, image, 1 + i);
        Assert.Equal(3, FramesIn(folder["s.part.csv"]));
    }

    [Trait("Set", "Slow")]
    [SkippableFact]
    public async Task A_pipe_that_nobody_reads_yet_holds_up_no_other_output()
    {
        Media.SkipWithoutFfmpeg();
        using TemporaryFolder folder = new();
        Assert.Equal(0, Cli.Try("mkfifo", folder["pipe.png"])!.Value.Code);
        using Studio studio = new();
        using SinkSet sinks = new(_ => { });
        using Mat image = Studio.Plain(Scalar.Red);
        sinks.Add(SinkFactory.Open(folder["pipe.png"], Studio.Context()));
        sinks.Add(SinkFactory.Open(folder["v.mp4"], Studio.Context()));
        for (int i = 0; i < 4; i++) studio.Show(sinks, image, i / (double)Rate);
        Task finish = Task.Run(sinks.Finish);
        bool complete = SpinWait.SpinUntil(() => File.Exists(folder["v.mp4"]), TimeSpan.FromSeconds(20));
        byte[] read = await File.ReadAllBytesAsync(folder["pipe.png"]);
        await finish;
        Assert.True(complete, "the video waited for the pipe's reader");
        Assert.Equal([folder["pipe.png"], folder["v.mp4"]], sinks.Outputs);
        using Mat written = Cv2.ImDecode(read, ImreadModes.Color);
        Assert.Equal(image.Size(), written.Size());
    }

    [Fact]
    public async Task What_a_pipe_has_no_room_for_when_the_run_ends_is_not_lost()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(0, Cli.Try("mkfifo", folder["p.csv"])!.Value.Code);
        using CancellationTokenSource stop = new();
        using SemaphoreSlim reading = new(0);
        Task<byte[]> reader = Task.Run(async () =>
        {
            await using FileStream pipe = File.OpenRead(folder["p.csv"]); // there is a reader from here on, but one that reads nothing yet
            await reading.WaitAsync();
            using MemoryStream read = new();
            await pipe.CopyToAsync(read);
            return read.ToArray();
        });
        byte[] sent = new byte[300_000];
        new Random(7).NextBytes(sent);
        using (SpecialFile file = SpecialFile.Open(folder["p.csv"], stop.Token))
        {
            await stop.CancelAsync();
            file.Write(sent); // which would wait for the reader otherwise
            reading.Release();
            file.Complete(CancellationToken.None);
        }

        Assert.Equal(sent, await reader);
    }

    [SkippableTheory]
    [Trait("Set", "Slow")]
    [InlineData(true)]
    [InlineData(false)]
    public void A_receiver_that_never_reads_holds_up_neither_the_loop_nor_the_end(bool live)
    {
        Media.SkipWithoutFfmpeg();
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        string address = $"tcp://{listener.LocalEndpoint}";
        using Studio studio = new();
        using CancellationTokenSource stop = new();
        using VideoSink sink = new(address, Studio.Context(live: live, stop: stop.Token, video: new VideoOptions(Bitrate: "100M")));
        using Mat image = Studio.Noise(640, 480);
        int shown = 0;
        long left = 0;
        Stopwatch stuck = new();
        Media.Await(
            () =>
            {
                studio.Show(sink, image, shown++ / (double)Rate);
                if (sink.LeftOut == left || !listener.Pending()) stuck.Restart(); // ffmpeg is starting, or still takes frames
                left = sink.LeftOut;
                return stuck.Elapsed > TimeSpan.FromSeconds(3);
            },
            "frames left out, and no others");
        stop.Cancel();
        UserError e = Assert.Throws<UserError>(sink.Finish);
        Assert.Contains("the receiver takes no frames", e.Message, StringComparison.Ordinal);
        Assert.Empty(Media.Running(address));
    }

    /// <summary>Whoever takes the name while a recording runs keeps it: the recording gets a number.</summary>
    [Fact]
    public void A_name_that_is_taken_in_between_is_left_to_its_owner()
    {
        using TemporaryFolder folder = new();
        using PartialFile file = new(folder["v.mp4"], overwrite: false);
        File.WriteAllText(file.TemporaryPath, "ours");
        File.WriteAllText(folder["v.mp4"], "another's");
        string name = file.Complete();
        Assert.Equal("another's", File.ReadAllText(folder["v.mp4"]));
        Assert.Equal((folder["v-2.mp4"], "ours"), (name, File.ReadAllText(name)));
    }

    /// <summary>Frames, by their times, in a table of class shares, which has a row for each class of each.</summary>
    private static int FramesIn(string table)
        => File.ReadLines(table).Skip(1).Select(l => l.Split(',')[1]).ToHashSet(StringComparer.Ordinal).Count;
}
