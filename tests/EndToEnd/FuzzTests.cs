using System.Diagnostics;
using RealtimeSeg.Tests.Fuzz;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Runs;
using Xunit;

namespace RealtimeSeg.Tests.EndToEnd;

/// <summary>Damaged files, streams, requests and command lines: refused in one line, or read as something else; never a crash.</summary>
public sealed class FuzzTests
{
    [Fact]
    [Trait("Set", "Slow")]
    public void Five_hundred_damaged_inputs_do_no_harm()
    {
        using TemporaryFolder folder = new();
        string[] generous = ["--programs", "1", "--patience", "60"];
        string[] command = [typeof(FuzzTests).Assembly.Location, "fuzz", "500", "--folder", folder.Path, .. generous];
        (int code, string output, string error) = Cli.Try("dotnet", command)!.Value;
        Assert.True(code == 0, $"{output}\n{error}");
        Assert.StartsWith("500 inputs", output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void A_worker_ends_when_its_run_is_killed()
    {
        using TemporaryFolder folder = new();
        string[] command = [typeof(FuzzTests).Assembly.Location, FuzzCommand.WorkerName, "1", "1000000", folder.Path, "1", "0"];
        using Process worker = Process.Start(
            new ProcessStartInfo("dotnet", command) { UseShellExecute = false, RedirectStandardOutput = true })!;
        try
        {
            Assert.Equal(FuzzWorker.Ready, worker.StandardOutput.ReadLine());
            Assert.StartsWith(FuzzWorker.Begin, worker.StandardOutput.ReadLine(), StringComparison.Ordinal);
            worker.StandardOutput.Close(); // as when whoever reads it is gone
            Assert.True(worker.WaitForExit(TimeSpan.FromMinutes(2)), "it goes on");
        }
        finally
        {
            if (!worker.HasExited) worker.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public void A_checksum_lets_no_damaged_checkpoint_through()
    {
        using TemporaryFolder folder = new();
        using FuzzWorld world = new(folder.Path);
        byte[] whole = world.Seed("last.ckpt");
        Random random = new(3);
        for (int i = 0; i < 100; i++)
        {
            byte[] damaged = Mutator.Damage(whole, [], random);
            if (damaged.AsSpan().SequenceEqual(whole)) continue;
            File.WriteAllBytes(folder["damaged.ckpt"], damaged);
            Assert.Throws<UserError>(() => Checkpoint.Load(folder["damaged.ckpt"]));
        }
    }
}
