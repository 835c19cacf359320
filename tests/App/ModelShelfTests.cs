using System.Runtime.CompilerServices;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Models that take turns while frames are on their way.</summary>
public sealed class ModelShelfTests(AppModel model) : IClassFixture<AppModel>
{
    private long _now;

    /// <summary>Two slots: when the first is bound to the new model, the second still holds the old one.</summary>
    [Fact]
    public void A_retired_model_is_unloaded_when_its_last_slot_lets_go()
    {
        using TemporaryFolder folder = new();
        using SwappedModels models = new(model.File, folder, "a.onnx", "b.onnx");
        using FrameSlot one = SwappedModels.Slot(), two = SwappedModels.Slot();
        Segmenter first = models.Shelf.Current;
        models.Label(one, two);
        models.Next();
        Assert.NotSame(first, models.Shelf.Current);
        models.Label(one);
        Assert.True(first.TryKeep());
        first.LetGo();
        models.Label(two);
        Assert.False(first.TryKeep());
    }

    /// <summary>A steady run never fills the oldest generation: what has aged into it would stay for hours.</summary>
    [Fact]
    public async Task Garbage_that_has_aged_is_collected_with_a_model()
    {
        Segmenter network = model.Load((160, 120));
        WeakReference aged = Aged();
        Assert.True(aged.IsAlive);
        await network.Retire();
        Assert.False(aged.IsAlive);
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void Swaps_take_no_memory() => Assert.InRange(SwappedModels.GrowthInOwnProcess(model.File, 25), -1000, 20);

    [Fact]
    [Trait("Set", "Long")]
    public void Two_hundred_swaps_take_no_memory() => Assert.InRange(SwappedModels.GrowthInOwnProcess(model.File, 200), -1000, 20);

    [Fact]
    public void The_next_model_is_the_one_after_a_broken_file()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["b.onnx"], File.ReadAllBytes(model.File)[..2000]);
        using SwappedModels models = new(model.File, folder, "a.onnx", "c.onnx");
        ModelShelf shelf = models.Shelf;
        Segmenter first = shelf.Current;
        models.Next();
        Assert.Contains("b.onnx", shelf.Status!.Value.Text, StringComparison.Ordinal);
        Assert.Same(first, shelf.Current);
        models.Next();
        Assert.Equal("c", shelf.Current.Name);
        models.Next();
        Assert.Equal("a", shelf.Current.Name);
    }

    /// <summary>What shaders failed at would begin with shaders again, and the next failure would end the run.</summary>
    [Fact]
    public async Task A_model_that_was_being_loaded_when_the_CPU_took_over_is_loaded_for_the_CPU()
    {
        using TemporaryFolder folder = new();
        foreach (string name in new[] { "a.onnx", "b.onnx" }) File.Copy(model.File, folder[name]);
        Segmenter ForCpu(string file) => Segmenter.Load(file, new SegmenterOptions(ExecutionProviders.Cpu), _ => { });
        Segmenter ForShaders(string file) => Segmenter.Load(file, new SegmenterOptions(ExecutionProviders.Gl), _ => { });
        TaskCompletionSource begun = new();
        TaskCompletionSource<Segmenter> loading = new();
        Segmenter Slowly(string file)
        {
            begun.SetResult();
            return loading.Task.Result;
        }

        using ModelShelf shelf = new([folder["a.onnx"], folder["b.onnx"]], 0, ForShaders(folder["a.onnx"]), Slowly, ForCpu);
        shelf.Next();
        await begun.Task;
        Assert.True(shelf.FallBack());
        loading.SetResult(ForShaders(folder["b.onnx"]));
        while (shelf.Current.Name != "b")
        {
            shelf.Turn(++_now);
            await Task.Yield();
        }

        Assert.Equal(ExecutionProviders.Cpu, shelf.Current.Provider);
    }

    [Fact]
    public async Task A_pipe_is_no_model()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(0, Cli.Try("mkfifo", folder["m.onnx"])!.Value.Code);
        void Load() => Segmenter.Load(folder["m.onnx"], new SegmenterOptions(), _ => { }).Dispose();
        Task<UserError> load = Task.Run(() => Assert.Throws<UserError>(Load));
        UserError refusal = await load.WaitAsync(TimeSpan.FromSeconds(20)); // it would wait for somebody to write into the pipe
        Assert.Contains("m.onnx is a pipe", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_loading_throws_is_reported_and_the_model_stays()
    {
        Segmenter first = model.Load((160, 120));
        using ModelShelf shelf = new([model.File, "other.onnx"], 0, first, _ => throw new UnauthorizedAccessException("Access is denied."));
        SwappedModels.Next(shelf, ref _now);
        Assert.Equal(Status.Alarm("other.onnx cannot be loaded (Access is denied)"), shelf.Status);
        Assert.Same(first, shelf.Current);
    }

    /// <summary>An object of the oldest generation that nobody holds any more.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Aged()
    {
        object held = new();
        for (int i = 0; i <= GC.MaxGeneration; i++) GC.Collect(GC.MaxGeneration); // each moves it on, unless the collector thinks otherwise
        WeakReference aged = new(held);
        GC.KeepAlive(held);
        return aged;
    }
}
