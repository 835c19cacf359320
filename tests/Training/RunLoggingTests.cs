using System.Text;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Commands;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Runs;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>What a run shows from its first step, and what TensorBoard reads of it.</summary>
public sealed class RunLoggingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The check value that goes with the polynomial (RFC 3720), and the beginning of every event file.</summary>
    [Fact]
    public void Records_are_framed_as_TFRecord_is()
    {
        Assert.Equal(0xE3069283u, EventFile.Crc32C("123456789"u8));
        byte[] version = [0x09, .. new byte[8], 0x1A, 0x0D, .. "brain.Event:2"u8];
        byte[] record = EventFile.Record(version);
        Assert.Equal("1800000000000000A37F4B22", Convert.ToHexString(record[..12]));
        Assert.Equal(12 + 24 + 4, record.Length);
    }

    /// <summary>wall_time 1.5, step 300, a value "loss" of 0.25: the bytes that protoc makes of event.proto.</summary>
    [Fact]
    public void An_event_has_the_fields_of_TensorBoards_messages()
        => Assert.Equal(
            "09000000000000F83F10AC022A0D0A0B0A046C6F7373150000803E",
            Convert.ToHexString(EventFile.Scalars(1.5, 300, ("loss", 0.25))));

    [Trait("Set", "Slow")]
    [Fact]
    public void A_run_writes_events_of_every_step_and_a_new_file_when_it_is_resumed()
    {
        RunConfig config = Toy.Config(3, "fcn32s") with { ClassNames = Toy.Street.ClassNames };
        Run(config with { TotalSteps = 2 }, from: null);
        byte[] first = File.ReadAllBytes(Assert.Single(Events()));
        Assert.Contains("train/loss", Encoding.Latin1.GetString(first), StringComparison.Ordinal);
        Assert.Equal(2, Count(first, "train/learning_rate"));
        Checkpoint last = Checkpoint.Of(_folder["run"]);
        Run(config, last with { Config = config });
        string second = Assert.Single(Events(), f => !File.ReadAllBytes(f).SequenceEqual(first));
        Assert.Equal(1, Count(File.ReadAllBytes(second), "train/loss"));
        Assert.Equal(2, Events().Length);
    }

    [Fact]
    public void Lines_tell_the_first_step_every_epoch_and_a_step_every_few_seconds()
    {
        TimeSpan now = TimeSpan.Zero;
        List<string> said = [];
        Action<RunLog.Line> report = TrainProgress.Lines(() => now, said.Add);
        (int, int, bool)[] steps = [(1, 0, false), (2, 5, false), (3, 10, false), (4, 11, true), (5, 20, false), (6, 21, false)];
        foreach ((int step, int second, bool ends) in steps)
        {
            now = TimeSpan.FromSeconds(second);
            report(new RunLog.Line(step, 9, 0.5, 1.25, 3, TimeSpan.FromSeconds(61), Score: null, ends));
        }

        string[] told = [.. said.Select(line => line.Split("step ")[1].Split('/')[0])];
        Assert.Equal("1 3 4 6", string.Join(' ', told));
        Assert.Contains("loss 1.2500  3.0 images/s  00:01:01 left", said[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_is_stopped_before_its_first_step_has_changed_nothing()
    {
        RunConfig config = Toy.Config(3, "fcn32s") with { Weighting = "log" };
        List<string> phases = [];
        using CancellationTokenSource stop = new();
        Trainer trainer = new(config, _folder.Path, Toy.Street, validation: null)
        {
            Phase = phase =>
            {
                phases.Add(phase);
                stop.Cancel();
            },
        };
        Assert.Throws<OperationCanceledException>(() => trainer.Run(null, _ => { }, stop.Token));
        Assert.StartsWith("counting the classes of 400 images", Assert.Single(phases), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        Assert.Equal(0, trainer.State.Step);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void The_mean_weights_of_runs_that_did_not_start_from_one_another_are_warned_of()
    {
        foreach ((string run, int seed) in new[] { ("a", 1), ("b", 1), ("c", 2) }) SaveRandom(run, seed, _ => true);
        List<string> warnings = [];
        RunExport.FromRuns([_folder["a"], _folder["b"]], Ensemble.Weights, _folder["m.onnx"], warn: warnings.Add);
        Assert.Empty(warnings);
        RunExport.FromRuns([_folder["a"], _folder["c"]], Ensemble.Weights, _folder["m.onnx"], warn: warnings.Add);
        Assert.Contains("did not start from one another (cosine of their kernels 0.0", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_which_hardly_anything_fits_is_warned_of()
    {
        SaveRandom("whole", 1, _ => true);
        SaveRandom("part", 1, p => p.Shape.Count < 2000);
        List<string> said = [];
        RunConfig config = Toy.Config(1, "fcn32s");
        InitialWeights.Of(config with { From = _folder["whole"] }, config.Network(), said.Add);
        Assert.DoesNotContain(said, line => line.StartsWith("warning", StringComparison.Ordinal));
        InitialWeights.Of(config with { From = _folder["part"] }, config.Network(), said.Add);
        Assert.Contains("of the weights of fcn32s-reslite, which trains nearly from scratch", said[^1], StringComparison.Ordinal);
    }

    private void SaveRandom(string run, int seed, Func<Parameter, bool> keep)
    {
        RunConfig config = Toy.Config(1, "fcn32s");
        Dictionary<string, float[]> state = InferenceGraph.Declared(config.Network()).Where(keep)
            .ToDictionary(p => p.Name, p => p.Initial(seed), StringComparer.Ordinal);
        new Checkpoint(config, new RunState(), state).Save(_folder[$"{run}/{Checkpoint.FileName}"]);
    }

    private string[] Events() => Directory.GetFiles(_folder["run"], "events.out.tfevents.*");

    private void Run(RunConfig config, Checkpoint? from)
    {
        Directory.CreateDirectory(_folder["run"]);
        Trainer trainer = new(config, _folder["run"], Toy.Street, validation: null) { LogsEvents = true };
        Assert.True(trainer.Run(from, _ => { }, CancellationToken.None));
        Assert.Equal(config.TotalSteps, trainer.State.Step);
    }

    private static int Count(byte[] bytes, string tag) => Encoding.Latin1.GetString(bytes).Split(tag).Length - 1;
}
