using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;
using Xunit;

namespace RealtimeSeg.Tests.Support;

/// <summary>A shelf of copies of one model, and what takes turns with it.</summary>
internal sealed class SwappedModels : IDisposable
{
    private const string Verb = "swaps";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private long _now;

    /// <param name="model">The file.</param>
    /// <param name="folder">Where the copies go; may hold other files, too.</param>
    /// <param name="copies">Their names.</param>
    public SwappedModels(string model, TemporaryFolder folder, params string[] copies)
    {
        foreach (string name in copies) File.Copy(model, folder[name]);
        string[] files = [.. Directory.EnumerateFiles(folder.Path).Order(StringComparer.Ordinal)];
        SegmenterOptions options = new(ExecutionProviders.Cpu, Threads: 1, Size: (64, 48));
        Segmenter Load(string file) => Segmenter.Load(file, options, _ => { });
        Shelf = new ModelShelf(files, 0, Load(files[0]), Load);
    }

    public ModelShelf Shelf { get; }

    public static FrameSlot Slot()
    {
        FrameSlot slot = new();
        slot.Image.Create(120, 160, MatType.CV_8UC3);
        slot.Image.SetTo(Scalar.Gray);
        return slot;
    }

    public void Label(params FrameSlot[] slots)
    {
        foreach (FrameSlot slot in slots)
        {
            Segmenter borrowed = Shelf.Borrow();
            borrowed.Fit(slot);
            borrowed.Infer(slot);
            borrowed.LetGo();
        }
    }

    public void Next() => Next(Shelf, ref _now);

    /// <summary>Presses M and waits until the next model is in use or refused.</summary>
    /// <param name="shelf">The models.</param>
    /// <param name="now">The clock in nanoseconds, which goes on.</param>
    public static void Next(ModelShelf shelf, ref long now)
    {
        shelf.Turn(now += 10_000_000_000); // the result of the last press is no longer shown
        shelf.Next();
        long start = Stopwatch.GetTimestamp();
        do
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, "it was never loaded");
            Thread.Yield();
            shelf.Turn(now += 1000);
        }
        while (shelf.Status is not { } s || s.Text == "loading a model");
    }

    /// <summary>Megabytes that swaps take in a process of its own.</summary>
    public static double GrowthInOwnProcess(string model, int swaps)
    {
        string count = swaps.ToString(CultureInfo.InvariantCulture), program = typeof(SwappedModels).Assembly.Location;
        (int code, string output, string error) = Cli.Try("dotnet", program, Verb, model, count)!.Value;
        Assert.True(code == 0, error);
        return double.Parse(output, CultureInfo.InvariantCulture);
    }

    /// <summary>The command that the process runs.</summary>
    public static Command Command()
    {
        Argument<string> model = new("model");
        Argument<int> swaps = new("swaps");
        Command command = new(Verb, "Megabytes that swaps of a model take.") { model, swaps };
        command.SetAction(p => Console.WriteLine(Growth(p.GetValue(model)!, p.GetValue(swaps)).ToString(CultureInfo.InvariantCulture)));
        return command;
    }

    public void Dispose() => Shelf.Dispose();

    private static double Growth(string model, int swaps)
    {
        using TemporaryFolder folder = new();
        using SwappedModels models = new(model, folder, "a.onnx", "b.onnx");
        using FrameSlot one = Slot(), two = Slot();
        long begin = 0;
        for (int i = -20; i < swaps; i++)
        {
            if (i == 0) begin = models.Held(); // what the first swaps allocate stays
            models.Next();
            models.Label(one, two);
        }

        return (models.Held() - begin) / 1e6;
    }

    /// <summary>
    /// Garbage that waits for its collection is no growth: on a loaded machine that alone came to 65 MB. Neither is a model that is being
    /// unloaded.
    /// </summary>
    private long Held()
    {
        Shelf.Unloaded.Wait();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet;
    }
}
