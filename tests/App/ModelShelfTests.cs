using System.Diagnostics;
using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Models that take turns while frames are on their way.</summary>
public sealed class ModelShelfTests(AppModel model) : IClassFixture<AppModel>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private long _now;

    /// <summary>Two slots: when the first is bound to the new model, the second still holds the old one.</summary>
    [Fact]
    public void A_retired_model_is_unloaded_when_its_last_slot_lets_go()
    {
        using TemporaryFolder folder = new();
        using ModelShelf shelf = Shelf(folder, "a.onnx", "b.onnx");
        using FrameSlot one = Slot(), two = Slot();
        Segmenter first = shelf.Current;
        Label(shelf, one, two);
        Next(shelf);
        Assert.NotSame(first, shelf.Current);
        Label(shelf, one);
        Assert.True(first.TryKeep());
        first.LetGo();
        Label(shelf, two);
        Assert.False(first.TryKeep());
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void Two_hundred_swaps_take_no_memory()
    {
        using TemporaryFolder folder = new();
        using ModelShelf shelf = Shelf(folder, "a.onnx", "b.onnx");
        using FrameSlot one = Slot(), two = Slot();
        long begin = 0;
        for (int i = 0; i < 220; i++)
        {
            if (i == 20) begin = Environment.WorkingSet; // what a first swap allocates stays
            Next(shelf);
            Label(shelf, one, two);
        }

        Assert.InRange((Environment.WorkingSet - begin) / 1e6, -1000, 20);
    }

    [Fact]
    public void The_next_model_is_the_one_after_a_broken_file()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["b.onnx"], File.ReadAllBytes(model.File)[..2000]);
        using ModelShelf shelf = Shelf(folder, "a.onnx", "c.onnx");
        Segmenter first = shelf.Current;
        Next(shelf);
        Assert.Contains("b.onnx", shelf.Status!.Value.Text, StringComparison.Ordinal);
        Assert.Same(first, shelf.Current);
        Next(shelf);
        Assert.Equal("c", shelf.Current.Name);
        Next(shelf);
        Assert.Equal("a", shelf.Current.Name);
    }

    [Fact]
    public void Whatever_loading_throws_is_reported_and_the_model_stays()
    {
        Segmenter first = model.Load((160, 120));
        using ModelShelf shelf = new([model.File, "other.onnx"], 0, first, _ => throw new UnauthorizedAccessException("Access is denied."));
        Next(shelf);
        Assert.Equal(Status.Alarm("other.onnx cannot be loaded (Access is denied)"), shelf.Status);
        Assert.Same(first, shelf.Current);
    }

    private static FrameSlot Slot()
    {
        FrameSlot slot = new();
        slot.Image.Create(120, 160, MatType.CV_8UC3);
        slot.Image.SetTo(Scalar.Gray);
        return slot;
    }

    private static void Label(ModelShelf shelf, params FrameSlot[] slots)
    {
        foreach (FrameSlot slot in slots)
        {
            Segmenter borrowed = shelf.Borrow();
            borrowed.Fit(slot);
            borrowed.Infer(slot);
            borrowed.LetGo();
        }
    }

    /// <summary>A shelf of the files in a folder, in which some are copies of the model.</summary>
    private ModelShelf Shelf(TemporaryFolder folder, params string[] copies)
    {
        foreach (string name in copies) File.Copy(model.File, folder[name]);
        string[] files = [.. Directory.EnumerateFiles(folder.Path).Order(StringComparer.Ordinal)];
        SegmenterOptions options = new(ExecutionProviders.Cpu, Threads: 1, Size: (64, 48));
        Segmenter Load(string file) => Segmenter.Load(file, options, _ => { });
        return new ModelShelf(files, 0, Load(files[0]), Load);
    }

    /// <summary>Presses M and waits until the next model is in use or refused.</summary>
    private void Next(ModelShelf shelf)
    {
        shelf.Turn(_now += 10_000_000_000); // the result of the last press is no longer shown
        shelf.Next();
        long start = Stopwatch.GetTimestamp();
        do
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, "it was never loaded");
            Thread.Yield();
            shelf.Turn(_now += 1000);
        }
        while (shelf.Status is not { } s || s.Text == "loading a model");
    }
}
