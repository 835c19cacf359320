using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Graphics;
using RealtimeSeg.Inference;
using RealtimeSeg.Sources;
using Silk.NET.OpenGL;
using SkiaSharp;

namespace RealtimeSeg.Commands;

/// <summary><c>doctor</c>: what of this machine the program can use, and what to do about the rest.</summary>
internal static class DoctorCommand
{
    private const int CannotRun = 1;
    private const string Font = "DejaVu Sans", CudaProvider = "CUDAExecutionProvider";

    /// <summary>What ONNX Runtime's CUDA provider loads, by the loader's names.</summary>
    private static readonly string[] CudaLibraries =
        ["libcuda.so.1", "libcudart.so.12", "libcublas.so.12", "libcublasLt.so.12", "libcudnn.so.9", "libcufft.so.11"];

    /// <summary>In the order of the report.</summary>
    private static readonly Func<IEnumerable<Finding>>[] Checks =
        [Hardware, Providers, OpenGl, Display, Cameras, Encoder, Models, Fonts, Sample];

    public static Command Create()
    {
        Option<string?> model = new("--model") { Description = "List what an exported model computes instead, and what that costs here" };
        Option<string> provider = new("--provider")
        {
            Description = "With --model: gl, compute shaders of OpenGL 4.3, which cannot be chosen for a run yet",
            DefaultValueFactory = _ => "gl",
        };
        Command command = new("doctor", "Report what works on this machine, and how to fix what does not.") { model, provider };
        command.SetAction(parsed => parsed.GetValue(model) is { } file ? List(file, parsed.GetValue(provider)!) : Run());
        return command;
    }

    private static int List(string model, string provider)
    {
        if (provider != "gl") throw new UserError($"--provider {provider}: only gl can be listed");
        NetworkListing.Print(model);
        return 0;
    }

    private static int Run()
    {
        bool runs = true;
        foreach (Finding finding in Checks.SelectMany(check => check()))
        {
            Console.WriteLine(finding);
            runs &= !finding.IsFatal;
        }

        Console.WriteLine(runs ? "the main job can run" : "the main job cannot run: see the lines marked FAIL");
        return runs ? 0 : CannotRun;
    }

    private static IEnumerable<Finding> Hardware()
        => [Finding.Good($"machine: {Processor.Name}, {Environment.ProcessorCount} cores, .NET {Environment.Version}")];

    private static IEnumerable<Finding> Providers()
    {
        string[] built = OrtEnv.Instance().GetAvailableProviders();
        yield return Finding.Good($"ONNX Runtime {OrtEnv.Instance().GetVersionString()}: {string.Join(", ", built)}");
        if (!built.Contains(CudaProvider, StringComparer.Ordinal))
        {
            yield return Finding.Note("CUDA, TensorRT: not in this build; with an NVIDIA card run.sh builds with -p:OnnxRuntimeGpu=true");
            yield break;
        }

        foreach (string library in CudaLibraries) yield return Finding.Of(CanLoad(library), $"  {library}", "install CUDA 12 and cuDNN 9");
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
            string device = context.Gl.GetStringS(StringName.Renderer), version = context.Gl.GetStringS(StringName.Version);
            Finding found = Finding.Good($"OpenGL headless: {device}, {version}");
            return device.Contains("llvmpipe", StringComparison.Ordinal)
                ? [found, Finding.Note("software rendering: images are drawn by the CPU that also runs the network")]
                : [found];
        }
        catch (UserError e)
        {
            return [Finding.Failure("OpenGL headless", e.Message, isFatal: true)];
        }
    }

    private static IEnumerable<Finding> Display() => [Machine.Display is { } display
        ? Finding.Good($"display: {display}")
        : Finding.Note("display: none, so everything renders to files (set DISPLAY, or use xvfb-run)")];

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

    private static IEnumerable<Finding> Encoder()
        => [Finding.Of(Ffmpeg.HasH264(), "ffmpeg with H.264 (libx264)", $"without it no video is read or written; {Ffmpeg.Install}")];

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
        string name = Path.GetFileName(file);
        try
        {
            using Segmenter segmenter = Segmenter.Load(file, new SegmenterOptions(ExecutionProviders.Cpu), _ => { });
            ModelManifest m = segmenter.Manifest;
            string what = $"{m.Network}, {m.Classes.Count} classes, {m.Size.Width}×{m.Size.Height}, trained on {m.Data}";
            return Finding.Good($"model {name}: {what}; {Scores(m)}");
        }
        catch (UserError e)
        {
            return Finding.Failure($"model {name}", e.Message);
        }
    }

    private static string Scores(ModelManifest m)
    {
        if (m.Scores.Count > 0) return string.Join("; ", m.Scores.Select(s => $"{s.Key}: {s.Value}"));
        return m.MeanIu is { } iu ? string.Create(CultureInfo.InvariantCulture, $"mIoU {iu:F3}") : "no score in its manifest";
    }

    private static IEnumerable<Finding> Fonts()
    {
        using SKTypeface font = SKTypeface.FromFamilyName(Font);
        return [Finding.Of(font.FamilyName == Font, $"font: {font.FamilyName}", "apt-get install fonts-dejavu-core")];
    }

    private static IEnumerable<Finding> Sample()
        => [Finding.Of(File.Exists(Bundled.Sample), $"sample clip: {Bundled.Sample}", BuildInfo.Again)];
}
