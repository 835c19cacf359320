using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Graphics;
using RealtimeSeg.Inference;
using RealtimeSeg.Network.Device;
using RealtimeSeg.Sources;
using SkiaSharp;

namespace RealtimeSeg.Commands;

/// <summary>What of this machine the program can use, a check each.</summary>
internal static class MachineChecks
{
    private const string Font = "DejaVu Sans", CudaProvider = "CUDAExecutionProvider", Provider = "ExecutionProvider";

    /// <summary>
    /// What ONNX Runtime 1.31's providers for NVIDIA's cards load, as 'objdump -p' lists it; TensorRT's needs CUDA's libraries, too.
    /// </summary>
    private static readonly string[]
        CudaLibraries = ["libcuda.so.1", "libcudart.so.13", "libcublas.so.13", "libcublasLt.so.13", "libcurand.so.10"],
        TensorRtLibraries = ["libcudnn.so.9", "libnvinfer.so.10", "libnvonnxparser.so.10"];

    /// <summary>In the order of the report.</summary>
    public static IReadOnlyList<Func<IEnumerable<Finding>>> All { get; } =
        [Hardware, Providers, OpenGl, Shaders, Display, Cameras, Encoder, Models, Fonts, Sample, Cache];

    private static IEnumerable<Finding> Hardware() =>
    [
        Finding.Good(
            $"machine: {Processor.Name}, {Environment.ProcessorCount} cores",
            $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}"),
    ];

    private static IEnumerable<Finding> Providers()
    {
        string[] built = OrtEnv.Instance().GetAvailableProviders();
        IEnumerable<string> names = built.Select(b => b.Replace(Provider, "", StringComparison.Ordinal));
        yield return Finding.Good($"ONNX Runtime {OrtEnv.Instance().GetVersionString()}: {string.Join(", ", names)}");
        if (!built.Contains(CudaProvider, StringComparer.Ordinal))
        {
            const string How = "run.sh builds them in where nvidia-smi finds a card; --provider gl needs no such build";
            yield return Finding.Note("CUDA, TensorRT: not in this build", How);
            yield break;
        }

        yield return Libraries("FAIL", "CUDA", CudaLibraries, "install CUDA 13 and the card's driver");
        yield return Libraries("note", "TensorRT", TensorRtLibraries, "only --provider tensorrt needs TensorRT 10 and cuDNN 9");
    }

    /// <param name="mark">Of some that are missing.</param>
    /// <param name="of">Whose they are.</param>
    /// <param name="names">All of them.</param>
    /// <param name="remedy">What is told with those that are missing.</param>
    private static Finding Libraries(string mark, string of, string[] names, string remedy)
    {
        string[] missing = [.. names.Where(l => !CanLoad(l))];
        return missing.Length == 0
            ? Finding.Good($"{of}'s libraries", string.Join(", ", names))
            : new Finding(mark, $"{of}'s libraries: {missing.Length} missing", $"{remedy}: {string.Join(", ", missing)}");
    }

    /// <summary>Whether the network could run where images are drawn.</summary>
    private static IEnumerable<Finding> Shaders()
    {
        Finding found;
        try
        {
            using EglContext context = new();
            GlNetwork.Check(context.Gl);
            const string How = "auto takes it if a graphics card runs the model faster than the CPU; --verbose of a run tells";
            found = Finding.Good("provider gl: OpenGL has what its compute shaders need", How);
        }
        catch (UserError e)
        {
            found = Finding.Note(e.Message);
        }

        yield return found;
    }

    private static bool CanLoad(string library)
    {
        if (!NativeLibrary.TryLoad(library, out nint handle)) return false;
        NativeLibrary.Free(handle);
        return true;
    }

    private static IEnumerable<Finding> OpenGl()
    {
        try
        {
            using EglContext context = new();
            return Drawing(Driver.Of(context.Gl), context.CanTellLoss);
        }
        catch (UserError e)
        {
            return [Finding.Failure("OpenGL", e.Message, isFatal: true)];
        }
    }

    /// <summary>What draws.</summary>
    /// <param name="driver">Its driver.</param>
    /// <param name="tellsLoss">Whether that tells of a lost context.</param>
    internal static IReadOnlyList<Finding> Drawing(Driver driver, bool tellsLoss)
    {
        const string Slow = "the CPU that runs the network draws, too; a graphics card with its driver is faster";
        string loss = tellsLoss
            ? "it tells of a lost context, which is then opened again"
            : "it does not tell of a lost context: images stay as they were until the program is started again";
        Finding found = Finding.Good($"OpenGL: {driver.Name}", driver.Version, loss);
        return driver.IsSoftware ? [found, Finding.Note("images are drawn in software", Slow)] : [found];
    }

    private static IEnumerable<Finding> Display() => [Machine.Display is { } display
        ? Finding.Good($"display: {display}")
        : Finding.Note("display: none, so everything renders to files", "set DISPLAY, or use xvfb-run")];

    private static IEnumerable<Finding> Cameras()
    {
        IReadOnlyList<string> devices = CameraSource.Devices();
        return devices.Count == 0 ? [Finding.Note("cameras: none (/dev/video* does not exist)")] : devices.Select(Camera);
    }

    private static Finding Camera(string device)
    {
        using VideoCapture capture = new(device, VideoCaptureAPIs.V4L2);
        return capture.IsOpened()
            ? Finding.Good($"camera {device}: {capture.FrameWidth}×{capture.FrameHeight} at {capture.Fps:F0} frames/s")
            : Finding.Failure($"camera {device}: does not open", "is another program using it? are you in the group 'video'?");
    }

    private static IEnumerable<Finding> Encoder() =>
    [
        Finding.Of(Ffmpeg.HasH264(), "ffmpeg with H.264 (libx264)", $"without it no video is read or written; {Ffmpeg.Install}"),
    ];

    private static IEnumerable<Finding> Models()
    {
        string[] files = Directory.Exists(Bundled.Models) ? Directory.GetFiles(Bundled.Models, "*.onnx") : [];
        bool usable = false;
        foreach (Finding model in files.Order(StringComparer.Ordinal).Select(Model))
        {
            usable |= model.Remedy.Length == 0;
            yield return model;
        }

        if (!usable)
        {
            string remedy = $"train one with '{BuildInfo.Launcher} train' and '{BuildInfo.Launcher} export'";
            yield return Finding.Failure($"models: none in {Bundled.Models} can be used", remedy, isFatal: true);
        }
    }

    private static Finding Model(string file)
    {
        string name = Path.GetFileNameWithoutExtension(file);
        try
        {
            using Segmenter segmenter = Segmenter.Load(file, new SegmenterOptions(ExecutionProviders.Cpu), _ => { });
            ModelManifest m = segmenter.Manifest;
            string what = $"{m.Classes.Count} classes, {m.Size.Width}×{m.Size.Height}";
            return Finding.Good($"model {name}: {what}", [m.Network, $"trained on {m.Data}", .. Scores(m)]);
        }
        catch (UserError e)
        {
            return Finding.Failure($"model {name}", e.Message);
        }
    }

    private static IEnumerable<string> Scores(ModelManifest m)
    {
        if (m.Scores.Count > 0) return m.Scores.Select(s => $"{s.Key}: {s.Value}");
        return [m.MeanIu is { } iu ? string.Create(CultureInfo.InvariantCulture, $"mIoU {iu:F3}") : "no score in its manifest"];
    }

    private static IEnumerable<Finding> Fonts()
    {
        using SKTypeface font = SKTypeface.FromFamilyName(Font);
        return [Finding.Of(font.FamilyName == Font, $"font: {font.FamilyName}", "apt-get install fonts-dejavu-core")];
    }

    private static IEnumerable<Finding> Sample() => [File.Exists(Bundled.Sample)
        ? Finding.Good("sample clip", Bundled.Sample)
        : Finding.Failure("sample clip", $"there is no {Bundled.Sample}: build again with ./run.sh")];

    /// <summary>What the program keeps between runs, all of which may be deleted.</summary>
    private static IEnumerable<Finding> Cache()
    {
        if (UserCache.Folder is not { } folder) return [Finding.Note("cache: none, since there is no home", "races are run each time")];
        string[] kept = Directory.Exists(folder) ? Directory.GetFiles(folder, "*", SearchOption.AllDirectories) : [];
        double megabytes = kept.Sum(f => new FileInfo(f).Length) / 1e6;
        string files = kept.Length == 1 ? "1 file" : string.Create(CultureInfo.InvariantCulture, $"{kept.Length} files");
        string what = string.Create(CultureInfo.InvariantCulture, $"cache: {files}, {megabytes:F1} MB");
        return [Finding.Good(what, [$"in {folder}, which may be deleted", .. kept.Order(StringComparer.Ordinal)])];
    }
}
