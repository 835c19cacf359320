using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using OpenCvSharp;
using RealtimeSeg.Commands;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;
using RealtimeSeg.Sources;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Networks.Classifiers;
using RealtimeSeg.Training.Runs;

namespace RealtimeSeg.Tests.Fuzz;

/// <summary>Every target, a row each.</summary>
internal static class FuzzTargets
{
    private const int MostFrames = 50, HashBytes = 32;

    private static readonly string[] Requests =
    [
        "GET / HTTP/1.1", "GET /ui.json HTTP/1.1", "GET /stats.json HTTP/1.1", "GET /frame.jpg HTTP/1.1", "GET /stream.mjpg HTTP/1.1",
        "POST /view/2 HTTP/1.1", "POST /do/pause HTTP/1.1", "POST /pick/0.25/0.75 HTTP/1.1", "POST /sign-in HTTP/1.1",
    ];

    /// <summary>Those that run in this process.</summary>
    public static IReadOnlyList<FuzzTarget> InProcess { get; } =
    [
        Source("v.mp4"), Source("v.mkv"), Source("v.avi"), Source("i.jpg"), Source("i.png"), Source("i.bmp"), Source("i.webp"),
        new("stream", (w, r) => Mutator.Damage(w.Stream(), w.Seed("i.jpg"), r), Stream),
        FuzzTarget.Of("own model", "own.onnx", Model, "foreign.onnx"),
        FuzzTarget.Of("foreign model", "foreign.onnx", Model, "own.onnx"),
        FuzzTarget.Of("evaluated model", "own.onnx", (_, bytes) => new Evaluator(bytes, "damaged.onnx").Dispose()),
        FuzzTarget.Of("classifier", "foreign.onnx", (w, bytes) => OnnxClassifier.Load(Written(w, "c.onnx", bytes))),
        Sidecar("model.json"), Sidecar("labels.txt"), Sidecar("colors.txt"),
        FuzzTarget.Of("checkpoint", "last.ckpt", (w, bytes) => Checkpoint.Load(Written(w, "last.ckpt", bytes))),
        new("checkpoint with its checksum", (w, r) => Hashed(Mutator.Damage(w.Seed("last.ckpt")[..^HashBytes], [], r)),
            (w, bytes) => Checkpoint.Load(Written(w, "last.ckpt", bytes))),
        Labels("camvid", "map.png", "train", "trainannot"),
        Labels("voc", "map.png", "JPEGImages", "SegmentationClass"),
        Labels("masks", "mask.png", "images", "masks"),
        FuzzTarget.Of("baseline", "bench.json", (w, bytes) => Baseline.Read(Written(w, "bench.json", bytes))),
        new("request", Request, Answered),
        .. FuzzOptions.InProcess,
    ];

    /// <summary>Every target, those through the programs too.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } = [.. InProcess, .. FuzzPrograms.All];

    private static string Written(FuzzWorld w, string name, byte[] bytes)
    {
        string file = w[name];
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, bytes);
        return file;
    }

    private static FuzzTarget Source(string seed) => FuzzTarget.Of($"source {Path.GetExtension(seed)}", seed, (w, bytes) =>
    {
        using ManualResetEvent stop = new(initialState: true);
        using ISource source = SourceFactory.Open(Written(w, $"source/{seed}", bytes), new SourceOptions(), stop);
        using Mat image = new();
        for (int i = 0; i < MostFrames && source.Read(image); i++)
        {
            if (image.Type() != MatType.CV_8UC3) throw new FuzzFailure($"an image of type {image.Type()}");
        }

        source.Seek(-1);
        source.Read(image);
    });

    private static void Stream(FuzzWorld world, byte[] bytes)
    {
        using MjpegReader reader = new(new MemoryStream(bytes));
        for (int i = 0; i < MostFrames && reader.Next() is { IsEmpty: false } jpeg; i++)
        {
            using Mat image = Mat.ImDecode(jpeg.ToArray(), ImreadModes.Color);
        }
    }

    private static void Model(FuzzWorld world, byte[] bytes) => Label(Written(world, "model/m.onnx", bytes));

    private static FuzzTarget Sidecar(string name) => FuzzTarget.Of(name, name, (w, bytes) =>
    {
        File.WriteAllBytes(Written(w, $"{name}.sidecar/m.onnx", w.Seed("foreign.onnx")), w.Seed("foreign.onnx"));
        Written(w, $"{name}.sidecar/{name}", bytes);
        Label(w[$"{name}.sidecar/m.onnx"]);
    });

    /// <summary>Loads a model and labels a frame with it.</summary>
    private static void Label(string file)
    {
        SegmenterOptions options = new(ExecutionProviders.Cpu, Threads: 1);
        using Segmenter segmenter = Segmenter.Load(file, options, _ => { });
        using FrameSlot slot = new();
        slot.Image.Create(64, 96, MatType.CV_8UC3);
        slot.Image.SetTo(new Scalar(20, 120, 220));
        segmenter.Fit(slot);
        segmenter.Infer(slot);
    }

    private static byte[] Hashed(byte[] body) => [.. body, .. SHA256.HashData(body)];

    private static FuzzTarget Labels(string layout, string seed, string images, string labels)
        => FuzzTarget.Of($"{layout} labels", seed, (w, bytes) =>
        {
            string folder = w[layout];
            w.Place($"{layout}/{images}/i.jpg");
            Written(w, $"{layout}/{labels}/i.png", bytes);
            if (layout == "voc") Written(w, "voc/ImageSets/Segmentation/train.txt", "i\n"u8.ToArray());
            IDataset set = DatasetLayout.Open(folder, new Split(Training: true), null);
            byte[] found = [.. set.Load(0).Labels.AsSpan<byte>().ToArray().Distinct()];
            if (Array.Exists(found, v => v >= set.ClassNames.Count && v != ClassMap.Ignore))
                throw new FuzzFailure($"labels {string.Join(',', found)} of {set.ClassNames.Count} classes");
        });

    private static byte[] Request(FuzzWorld w, Random r)
    {
        byte[] Whole() => Encoding.ASCII.GetBytes(
            $"{Requests[r.Next(Requests.Length)]}\r\nHost: localhost:{w.Port}\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 0\r\n\r\n");
        return Mutator.Damage([.. Whole(), .. Whole()], Whole(), r);
    }

    /// <summary>Sends what may be requests, and asks properly afterwards.</summary>
    private static void Answered(FuzzWorld w, byte[] bytes)
    {
        const int Silence = 100, Patience = 10_000; // ms
        string damaged = Ask(w.Port, bytes, Silence);
        string request = $"GET /ui.json HTTP/1.1\r\nHost: localhost:{w.Port}\r\nConnection: close\r\n\r\n";
        string proper = Ask(w.Port, Encoding.ASCII.GetBytes(request), Patience);
        if (damaged.Contains("HTTP/1.1 500", StringComparison.Ordinal)) throw new FuzzFailure(damaged);
        if (!proper.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)) throw new FuzzFailure($"then: {proper}");
    }

    /// <summary>What the page answers until it has been silent for a moment: streams never end.</summary>
    private static string Ask(int port, byte[] request, int silence)
    {
        using TcpClient raw = new("127.0.0.1", port);
        raw.ReceiveTimeout = silence;
        byte[] answer = new byte[1 << 14];
        int length = 0;
        NetworkStream stream = raw.GetStream();
        try
        {
            stream.Write(request);
            for (int read = 1; read > 0 && length < answer.Length; length += read)
                read = stream.Read(answer, length, answer.Length - length);
        }
        catch (IOException)
        {
            // Refused in the middle, or waiting for an image.
        }

        return Encoding.ASCII.GetString(answer, 0, length);
    }
}
