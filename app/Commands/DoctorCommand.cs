using System.CommandLine;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Graphics;
using RealtimeSeg.Inference;
using RealtimeSeg.Sinks;
using SkiaSharp;

namespace RealtimeSeg.Commands;

/// <summary><c>doctor</c>: what of this machine the program can use, and what to do about the rest.</summary>
internal static class DoctorCommand
{
    private const int CannotRun = 1;

    /// <summary>What ONNX Runtime's CUDA provider loads, by the names the loader looks for.</summary>
    private static readonly string[] CudaLibraries = ["libcuda.so.1", "libcudart.so.12", "libcublas.so.12", "libcublasLt.so.12", "libcudnn.so.9", "libcufft.so.11"];

    public static Command Create()
    {
        Command c = new("doctor", "Say what works on this machine, and how to mend what does not.");
        c.SetAction(_ => Run());
        return c;
    }

    private static int Run()
    {
        bool runs = true;
        Line(true, $"machine: {Machine.Cpu}, {Environment.ProcessorCount} cores, .NET {Environment.Version}");
        Providers();
        runs &= Graphics();
        Cameras();
        Line(Ffmpeg.HasH264(), "ffmpeg with H.264 (libx264)", "videos are written as MPEG-4 part 2: apt-get install ffmpeg");
        runs &= Models();
        using SKTypeface font = SKTypeface.FromFamilyName("DejaVu Sans");
        Line(font.FamilyName == "DejaVu Sans", $"font: {font.FamilyName}", "apt-get install fonts-dejavu-core");
        Line(File.Exists(RunCommand.Sample), $"sample clip: {RunCommand.Sample}", "build again with ./run.sh");
        Console.WriteLine(runs ? "the main job can run" : "the main job cannot run: see the lines marked FAIL");
        return runs ? 0 : CannotRun;
    }

    private static void Providers()
    {
        string[] built = OrtEnv.Instance().GetAvailableProviders();
        Line(true, $"ONNX Runtime {OrtEnv.Instance().GetVersionString()}: {string.Join(", ", built)}");
        if (!built.Contains("CUDAExecutionProvider", StringComparer.Ordinal))
        {
            Note("CUDA, TensorRT: not in this build; with an NVIDIA card run.sh builds with -p:OnnxRuntimeGpu=true");
            return;
        }

        foreach (string library in CudaLibraries)
        {
            bool found = System.Runtime.InteropServices.NativeLibrary.TryLoad(library, out nint handle);
            if (found) System.Runtime.InteropServices.NativeLibrary.Free(handle);
            Line(found, $"  {library}", "install CUDA 12 and cuDNN 9");
        }
    }

    private static bool Graphics()
    {
        try
        {
            using EglContext context = new();
            string device = context.Gl.GetStringS(Silk.NET.OpenGL.StringName.Renderer), version = context.Gl.GetStringS(Silk.NET.OpenGL.StringName.Version);
            Line(true, $"OpenGL headless: {device}, {version}");
            if (device.Contains("llvmpipe", StringComparison.Ordinal)) Note("software rendering: pictures are drawn by the CPU that also runs the network");
        }
        catch (UserError e)
        {
            Line(false, "OpenGL headless", e.Message);
            return false;
        }

        string? display = Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") ?? Environment.GetEnvironmentVariable("DISPLAY");
        if (string.IsNullOrEmpty(display)) Note("display: none, so everything renders to files (set DISPLAY, or use xvfb-run)");
        else Line(true, $"display: {display}");
        return true;
    }

    private static void Cameras()
    {
        string[] devices = [.. Directory.EnumerateFiles("/dev", "video*").Order(StringComparer.Ordinal)];
        if (devices.Length == 0) Note("cameras: none (/dev/video* does not exist)");
        foreach (string device in devices)
        {
            using VideoCapture capture = new(device, VideoCaptureAPIs.V4L2);
            Line(capture.IsOpened(), $"camera {device}: {(capture.IsOpened() ? $"{capture.FrameWidth}×{capture.FrameHeight} at {capture.Fps:F0} frames/s" : "does not open")}", "is another program using it? are you in the group 'video'?");
        }
    }

    private static bool Models()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "models");
        string[] files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.onnx") : [];
        bool usable = false;
        foreach (string file in files.Order(StringComparer.Ordinal))
        {
            try
            {
                using Segmenter segmenter = Segmenter.Load(file, new SegmenterOptions(ExecutionProviders.Cpu), _ => { });
                ModelManifest m = segmenter.Manifest;
                string score = m.MeanIu is { } iu ? string.Create(CultureInfo.InvariantCulture, $"mean IU {iu:F3}") : "no score in its manifest";
                if (m.Scores.Count > 0) score = string.Join("; ", m.Scores.Select(s => $"{s.Key}: {s.Value}"));
                Line(true, $"model {Path.GetFileName(file)}: {m.Network}, {m.Classes.Count} classes, {m.Size.Width}×{m.Size.Height}, trained on {m.Data}; {score}");
                usable = true;
            }
            catch (UserError e)
            {
                Line(false, $"model {Path.GetFileName(file)}", e.Message);
            }
        }

        if (files.Length == 0) Line(false, "models", "none in models/: train one with './run.sh train' and './run.sh export'");
        return usable;
    }

    private static void Line(bool good, string what, string fix = "")
        => Console.WriteLine(good ? $"  ok    {what}" : $"  FAIL  {what}: {fix}");

    private static void Note(string what) => Console.WriteLine($"  note  {what}");
}
