using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Runs;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>The file that a run goes on from.</summary>
public sealed class CheckpointTests : IDisposable
{
    private const int HeaderAt = 12, HashBytes = 32;
    private const long Gigabytes = 1_000_000_000;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The header, whose names and order other versions of the program rely on.</summary>
    [Fact]
    public void A_checkpoint_keeps_its_names_and_their_order()
    {
        RunState progress = new() { Step = 3, ValidationMeanIu = 0.25, BestMeanIu = 0.5, EpochLoss = 1.5, EpochSteps = 2 };
        string path = Saved(progress, [1, 2]);
        string header = HeaderOf(File.ReadAllBytes(path));
        JsonElement config = JsonDocument.Parse(header).RootElement.GetProperty("Config");
        Assert.Equal(
            "Net Backbone Data ClassNames BatchSize CropWidth CropHeight Optimizer Schedule LearningRate WeightDecay WarmUp TotalSteps "
            + "Seed Weighting Objective ClipNorm Augment Scale Input Upsampling ObjectCrops From Init Commit AverageDecay Map LeaveOut "
            + "EvaluateEvery StartedIn Features Neck Proposals BodyLearningRate FrozenEpochs OutputStride TrainOn ClassFile "
            + "ValidationShare Teacher ForIntegers UntrainedBody ValidationMeanIu BestMeanIu Batch EpochLoss EpochSteps",
            string.Join(' ', config.EnumerateObject().Select(p => p.Name)));
        Assert.EndsWith(
            """
            "BestMeanIu":0.5,"Batch":{"N":2,"H":64,"W":96},"EpochLoss":1.5,"EpochSteps":2},"Step":3,"Tensors":[{"Name":"w","Length":2}]}
            """,
            header,
            StringComparison.Ordinal);
        Checkpoint loaded = Checkpoint.Load(path);
        Assert.Equal(progress, loaded.Progress);
        Assert.Equal(Toy.Config(9).ClassNames, loaded.Config.ClassNames);
        Assert.Equal([1, 2], loaded.State["w"]);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void One_wrong_bit_anywhere_is_damage()
    {
        string path = Saved(new RunState(), [.. Enumerable.Range(0, 500).Select(i => (float)i)]);
        byte[] whole = File.ReadAllBytes(path);
        for (int i = "RTSEGCK1".Length; i < whole.Length; i += i < HeaderAt + 200 ? 1 : 97)
        {
            byte[] damaged = [.. whole];
            damaged[i] ^= 64;
            File.WriteAllBytes(path, damaged);
            Assert.Contains("is damaged", Refusal(path), StringComparison.Ordinal);
        }

        File.WriteAllBytes(path, whole[..^1]);
        Assert.Contains("is damaged", Refusal(path), StringComparison.Ordinal);
        File.WriteAllBytes(path, [.. whole, 0]);
        Assert.Contains("is damaged", Refusal(path), StringComparison.Ordinal);
        File.WriteAllBytes(path, whole[..20]);
        Assert.Contains("is not a checkpoint", Refusal(path), StringComparison.Ordinal);
    }

    /// <summary>A checksum that is right proves nothing about numbers that memory would be allocated by.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void A_header_that_promises_other_tensors_is_foreign(int length)
    {
        string path = Saved(new RunState(), [1, 2]);
        byte[] whole = File.ReadAllBytes(path);
        JsonNode header = JsonNode.Parse(HeaderOf(whole))!;
        header["Tensors"]![0]!["Length"] = length;
        byte[] json = Encoding.UTF8.GetBytes(header.ToJsonString());
        byte[] body = [.. whole[..8], .. BitConverter.GetBytes(json.Length), .. json, .. whole[^(HashBytes + 8)..^HashBytes]];
        File.WriteAllBytes(path, [.. body, .. SHA256.HashData(body)]);
        Assert.Contains("was not written by this program", Refusal(path), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_full_disk_leaves_the_last_good_one()
    {
        using SmallDisk disk = new(megabytes: 1);
        string path = disk["last.ckpt"];
        Of(new RunState { Step = 1 }, new float[1000]).Save(path);
        UserError e = Assert.Throws<UserError>(() => Of(new RunState { Step = 2 }, new float[1_000_000]).Save(path));
        Assert.StartsWith($"cannot write {path} (No space left on device", e.Message, StringComparison.Ordinal);
        Assert.Contains($"the disk at {Path.GetDirectoryName(path)} is full", e.Message, StringComparison.Ordinal);
        Assert.Equal(1, Checkpoint.Load(path).Progress.Step);
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    /// <summary>DeconvNet over VGG16 with AdamW has 3 GB, which is more than an array of bytes can hold.</summary>
    [SkippableFact]
    [Trait("Set", "Long")]
    public void More_than_two_gigabytes_are_read_back()
    {
        Skip.If(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes < 6 * Gigabytes, "6 GB of memory are needed");
        Skip.If(new DriveInfo(_folder.Path).AvailableFreeSpace < 3 * Gigabytes, "3 GB of room for temporary files are needed");
        float[] large = new float[300_000_000];
        for (int i = 0; i < large.Length; i++) large[i] = i;
        string path = _folder["c"];
        new Checkpoint(Toy.Config(9), new RunState(), new Dictionary<string, float[]>(StringComparer.Ordinal)
        {
            ["a"] = large,
            ["b"] = large,
            ["c"] = [7],
        }).Save(path);
        Assert.True(new FileInfo(path).Length > 1L << 31);
        Checkpoint loaded = Checkpoint.Load(path);
        Assert.True(loaded.State["a"].AsSpan().SequenceEqual(large));
        Assert.True(loaded.State["b"].AsSpan().SequenceEqual(large));
        Assert.Equal([7], loaded.State["c"]);
    }

    private string Saved(RunState progress, float[] values)
    {
        Of(progress, values).Save(_folder["c"]);
        return _folder["c"];
    }

    private static Checkpoint Of(RunState progress, float[] values)
        => new(Toy.Config(9), progress, new Dictionary<string, float[]>(StringComparer.Ordinal) { ["w"] = values });

    private static string HeaderOf(byte[] file) => Encoding.UTF8.GetString(file, HeaderAt, BitConverter.ToInt32(file, 8));

    private static string Refusal(string path) => Assert.Throws<UserError>(() => Checkpoint.Load(path)).Message;
}
