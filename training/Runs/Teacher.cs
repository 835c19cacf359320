using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Runs;

/// <summary>
/// A trained model whose probabilities another network learns from (Hinton, Vinyals and Dean 2015). It sees the images of a batch as
/// they are, cut out and distorted, so that its answers fit what the learner sees.
/// </summary>
public sealed class Teacher : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly string _path;

    /// <param name="path">An exported .onnx file.</param>
    /// <param name="classes">What the learner's classes are called, in order.</param>
    /// <exception cref="UserError">No such file, not one that this program exported, or of other classes.</exception>
    public Teacher(string path, IReadOnlyList<string> classes)
    {
        _path = path;
        if (!File.Exists(path)) throw new UserError($"--teacher: no file {path}: name an exported .onnx file");
        using SessionOptions options = new()
        {
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            IntraOpNumThreads = Environment.ProcessorCount,
        };
        try
        {
            _session = new InferenceSession(ProbabilityOutput.AddTo(File.ReadAllBytes(path), path), options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new UserError($"--teacher: {LoadFailure.Of(path, e).Message}", e);
        }

        ModelManifest manifest = ModelManifest.Parse(() => _session.ModelMetadata.CustomMetadataMap, path);
        if (manifest.Classes.SequenceEqual(classes, StringComparer.Ordinal)) return;
        _session.Dispose();
        throw new UserError($"--teacher: {path} knows {string.Join(", ", manifest.Classes)}; the data has {string.Join(", ", classes)}: "
            + "a teacher has the same classes in the same order");
    }

    /// <summary>Its probabilities for a batch, as the mean over each cell of the learner's last map.</summary>
    /// <param name="frames">uint8 [N,H,W,3] BGR.</param>
    /// <param name="batch">N, H and W.</param>
    /// <param name="shape">[N,K,H/stride,W/stride].</param>
    /// <param name="probabilities">The values to fill, of that shape.</param>
    public void Fill(ReadOnlySpan<byte> frames, BatchShape batch, Shape shape, Span<float> probabilities)
    {
        int image = batch.H * batch.W * 3, answer = probabilities.Length / batch.N;
        for (int i = 0; i < batch.N; i++)
            Fill(frames.Slice(i * image, image).ToArray(), batch, shape, probabilities.Slice(i * answer, answer));
    }

    public void Dispose()
    {
        _options.Dispose();
        _session.Dispose();
    }

    private void Fill(byte[] frame, BatchShape batch, Shape shape, Span<float> probabilities)
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(frame, [1, batch.H, batch.W, 3]);
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(
            _options, [ModelManifest.FrameInput], [input], [ProbabilityOutput.Name]);
        long[] given = outputs[0].GetTensorTypeAndShape().Shape; // [1,K,H,W]: a crop's sides are multiples of what padding rounds to
        if (given[2] != batch.H || given[3] != batch.W)
        {
            throw new UserError(
                $"--teacher: {_path} answers {given[3]}×{given[2]} for {batch.W}×{batch.H} pixels: choose another --crop");
        }

        ReadOnlySpan<float> planes = outputs[0].GetTensorDataAsSpan<float>();
        int plane = batch.H * batch.W, height = (int)shape[2], width = (int)shape[3];
        for (int k = 0; k < shape[1]; k++)
        {
            using Mat whole = new(batch.H, batch.W, MatType.CV_32FC1), cells = new();
            planes.Slice(k * plane, plane).CopyTo(whole.AsSpan<float>());
            Cv2.Resize(whole, cells, new Size(width, height), 0, 0, InterpolationFlags.Area);
            cells.AsSpan<float>().CopyTo(probabilities.Slice(k * height * width, height * width));
        }
    }
}
