using System.Text;
using OpenCvSharp;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Engine;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Ops;
using RealtimeSeg.Training.Runs;
using RealtimeSeg.Web;

namespace RealtimeSeg.Tests.Fuzz;

/// <summary>What damaged inputs are made from and tried on: valid files, a folder to write to, a page.</summary>
/// <param name="seeds">A folder that keeps the valid files, so that a later run damages the same ones.</param>
internal sealed class FuzzWorld(string seeds) : IDisposable
{
    private const int Width = 64, Height = 48;

    /// <summary>How each valid file is made.</summary>
    private static readonly Dictionary<string, Action<string>> Makers = new(StringComparer.Ordinal)
    {
        ["v.mp4"] = file => Video(file, "-c:v", "libx264", "-pix_fmt", "yuv420p"),
        ["v.mkv"] = file => Video(file, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-bf", "2"),
        ["v.avi"] = file => Video(file, "-c:v", "mjpeg"),
        ["i.jpg"] = Image,
        ["i.png"] = Image,
        ["i.bmp"] = Image,
        ["i.webp"] = Image,
        ["map.png"] = file => Save(file, new Mat(Height, Width, MatType.CV_8UC1, new Scalar(3))),
        ["mask.png"] = file => Save(file, new Mat(Height, Width, MatType.CV_8UC1, new Scalar(255))),
        ["own.onnx"] = file => Exporter.Random(NetworkNames.Parse("fcn32s", null, 3), "fuzz", 1, file),
        ["foreign.onnx"] = Foreign,
        ["model.json"] = file => File.WriteAllText(file, """
            {
              "color": "bgr", "layout": "nchw", "mean": [1, 2, 3], "std": [4, 5, 6], "output": "logits", "size": "96x64", "fit": "crop",
              "labels": ["a", "b", "c"], "colors": ["FF0000", "00FF00", "0000FF"]
            }
            """),
        ["labels.txt"] = file => File.WriteAllText(file, "road\nbuilding\nsky\n"),
        ["colors.txt"] = file => File.WriteAllText(file, "128 64 128\n70 70 70 255\n70,130,180\n"),
        ["last.ckpt"] = Run,
        ["bench.json"] = file => File.WriteAllText(file, """
            {
              "stages": { "capture": { "p50_ms": 1.5 }, "infer": { "p50_ms": 20 } },
              "capture_to_present": { "p50_ms": 30 }, "frame_period": { "p50_ms": 31.25 }
            }
            """),
    };

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, byte[]> _seeds = new(StringComparer.Ordinal);
    private readonly Lazy<(WebSink Images, WebServer Server)> _page = new(Serve);

    /// <summary>Names of the valid files.</summary>
    public static IReadOnlyCollection<string> Names => Makers.Keys;

    /// <summary>The port of a page that nobody feeds with images.</summary>
    public int Port => new Uri(_page.Value.Server.Url).Port;

    public string Folder => _folder.Path;

    /// <summary>A file in the folder.</summary>
    public string this[string name] => _folder[name];

    /// <summary>A valid file's bytes.</summary>
    public byte[] Seed(string name)
    {
        if (_seeds.TryGetValue(name, out byte[]? bytes)) return bytes;
        string file = Path.Combine(seeds, name);
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(seeds);
            Makers[name](file);
        }

        return _seeds[name] = File.ReadAllBytes(file);
    }

    /// <summary>Writes a valid file into the folder.</summary>
    public string Place(string name)
    {
        string file = this[name];
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, Seed(Path.GetFileName(name)));
        return file;
    }

    public void Dispose()
    {
        if (_page.IsValueCreated)
        {
            _page.Value.Server.Dispose();
            _page.Value.Images.Dispose();
        }

        _folder.Dispose();
    }

    private static (WebSink Images, WebServer Server) Serve()
    {
        WebSink images = new(15);
        return (images, new WebServer(WebAddress.Parse("127.0.0.1:0", null), images, new RemoteControl()));
    }

    private static void Video(string file, params string[] codec)
    {
        string[] input = ["-v", "error", "-y", "-f", "lavfi", "-i", $"testsrc2=size={Width}x{Height}:rate=10:duration=0.8"];
        (int code, _, string error) = Cli.Try("ffmpeg", [.. input, .. codec, "-fflags", "+bitexact", file])
            ?? throw new UserError("ffmpeg is not installed: apt-get install ffmpeg");
        if (code != 0) throw new UserError($"ffmpeg made no {file}: {error}");
    }

    private static void Image(string file)
    {
        Mat image = new(Height, Width, MatType.CV_8UC3, new Scalar(10, 100, 200));
        Cv2.Circle(image, new Point(30, 20), 12, Scalar.White, -1);
        Save(file, image);
    }

    private static void Save(string file, Mat image)
    {
        using (image) Cv2.ImWrite(file, image);
    }

    /// <summary>A network of somebody else: its output is its normalised input.</summary>
    private static void Foreign(string file)
    {
        GraphBuilder g = new();
        Value x = g.Input("image", ElementType.Float, new Shape(1, 3, 64, 96));
        File.WriteAllBytes(file, OnnxWriter.Write(g, [g.Rename(Elementwise.Mul(g, x, g.Constant(1f)), "scores")]));
    }

    private static void Run(string file)
    {
        Dictionary<string, float[]> state = new(StringComparer.Ordinal) { ["a.kernel"] = new float[64], ["a.bias"] = [1, 2, 3] };
        new Checkpoint(new RunConfig { Net = "fcn32s", ClassNames = ["a", "b", "c"] }, new RunState { Step = 7 }, state).Save(file);
    }

    /// <summary>The header and the parts of a camera's stream.</summary>
    public byte[] Stream()
    {
        byte[] jpeg = Seed("i.jpg");
        byte[] head = Encoding.ASCII.GetBytes($"--b\r\nContent-Type: image/jpeg\r\nContent-Length: {jpeg.Length}\r\n\r\n");
        byte[] bare = "--b\r\nContent-Type: image/jpeg\r\n\r\n"u8.ToArray();
        return [.. head, .. jpeg, .. "\r\n"u8, .. bare, .. jpeg, .. "\r\n"u8, .. head, .. jpeg, .. "\r\n--b--\r\n"u8];
    }
}
