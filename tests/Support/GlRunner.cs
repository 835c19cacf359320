using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Graphics;
using RealtimeSeg.Network.Device;
using RealtimeSeg.Network.Graphs;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Tests.Support;

/// <summary>A graph over a frame, by compute shaders and by ONNX Runtime.</summary>
internal sealed unsafe class GlRunner : IDisposable
{
    private readonly EglContext _context = new();
    private readonly GlNetwork _network;
    private readonly uint _frame;

    /// <param name="half">Whether numbers are stored in 16 bits.</param>
    public GlRunner(bool half = false)
    {
        _network = new GlNetwork(_context.Gl, half: half);
        _frame = _context.Gl.GenTexture();
    }

    /// <summary>The plan of the last run.</summary>
    public NetworkPlan Plan => _network.Plan!;

    /// <summary>Programs that were compiled so far.</summary>
    public int Programs => _network.Programs;

    /// <summary>Outputs as floats, in ONNX's order.</summary>
    public float[][] Run(NetworkFile file, Mat frame, IReadOnlyList<string> outputs, bool fuses = true)
    {
        _network.Prepare(NetworkPlan.Of(file, frame.Width, frame.Height, outputs, fuses));
        Upload(frame);
        _network.Run(_frame);
        float[][] results = [.. _network.Plan!.Outputs.Select(_network.Read)];
        GLEnum error = _context.Gl.GetError();
        return error == GLEnum.NoError ? results : throw new InvalidOperationException($"OpenGL {error}");
    }

    /// <inheritdoc cref="Run(NetworkFile, Mat, IReadOnlyList{string}, bool)"/>
    public float[][] Run(byte[] model, Mat frame, IReadOnlyList<string> outputs, bool fuses = true)
        => Run(new NetworkFile(OnnxFile.Parse(model, "test.onnx")), frame, outputs, fuses);

    /// <summary>The same by ONNX Runtime.</summary>
    public static float[][] Expected(byte[] model, Mat frame, IReadOnlyList<string> outputs,
        GraphOptimizationLevel optimised = GraphOptimizationLevel.ORT_ENABLE_ALL)
    {
        using SessionOptions quiet = new()
        {
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            GraphOptimizationLevel = optimised,
        };
        using InferenceSession session = new(model, quiet);
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(frame.AsSpan<byte>().ToArray(), [1, frame.Height, frame.Width, 3]);
        using RunOptions options = new();
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, [ModelManifest.FrameInput], [input], outputs);
        return [.. results.Select(Floats)];
    }

    public void Dispose()
    {
        _network.Dispose();
        _context.Gl.DeleteTexture(_frame);
        _context.Dispose();
    }

    private void Upload(Mat frame)
    {
        GL gl = _context.Gl;
        gl.BindTexture(TextureTarget.Texture2D, _frame);
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureMinFilter, (int)GLEnum.Nearest);
        gl.PixelStore(PixelStoreParameter.UnpackAlignment, 1);
        (uint width, uint height) = ((uint)frame.Width, (uint)frame.Height);
        const PixelType Bytes = PixelType.UnsignedByte;
        gl.TexImage2D(TextureTarget.Texture2D, 0, InternalFormat.Rgb8, width, height, 0, PixelFormat.Bgr, Bytes, (void*)frame.Data);
    }

    private static float[] Floats(OrtValue value) => value.GetTensorTypeAndShape().ElementDataType switch
    {
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float => value.GetTensorDataAsSpan<float>().ToArray(),
        _ => [.. value.GetTensorDataAsSpan<byte>().ToArray().Select(b => (float)b)],
    };
}
