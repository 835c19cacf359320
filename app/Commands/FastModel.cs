using System.Globalization;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;

namespace RealtimeSeg.Commands;

/// <summary>
/// A smaller network for machines on which the default one cannot keep the source's rate. NAME-fast.onnx has the classes of NAME.onnx, and
/// at its own size it finds more than the default one made small.
/// </summary>
internal static class FastModel
{
    private const string Suffix = "-fast.onnx";

    /// <summary>Runs of which the fastest counts; one before them allocates.</summary>
    private const int Tries = 3;

    /// <summary>The file to use in place of the default one; null if that is fast enough, was asked for, or has none beside it.</summary>
    /// <param name="s">The settings.</param>
    /// <param name="model">The default one, loaded.</param>
    /// <param name="sourceRate">Frames per second that the source delivers.</param>
    /// <param name="report">Receives a line on why it is used.</param>
    public static string? InPlaceOf(PipelineSettings s, Segmenter model, double sourceRate, Action<string> report)
    {
        double rate = s.Labels.TargetFps ?? sourceRate;
        if (s.ModelIsNamed || s.Precision != Precision.Auto || rate <= 0 || model.Provider != ExecutionProviders.Cpu) return null;
        string file = Beside(s.Model);
        if (!File.Exists(file)) return null;
        double milliseconds = Measure(model);
        if (new ResolutionLadder(rate, model.Manifest.Size).Fits(milliseconds)) return null;
        string fast = Path.GetFileNameWithoutExtension(file), named = Path.GetFileNameWithoutExtension(PrecisionPair.Of(s.Model).Floats);
        string needs = string.Create(CultureInfo.InvariantCulture, $"{model.Name}, which needs {milliseconds:F0} ms");
        string wanted = string.Create(CultureInfo.InvariantCulture, $"for {rate:0.##} frames/s");
        report($"{wanted} {fast} takes the place of {needs}; --model {named} keeps it");
        return file;
    }

    /// <summary>The file that would be used in place of another.</summary>
    internal static string Beside(string model)
    {
        string floats = PrecisionPair.Of(model).Floats;
        return Path.Combine(Path.GetDirectoryName(floats) ?? "", Path.GetFileNameWithoutExtension(floats) + Suffix);
    }

    private static double Measure(Segmenter model)
    {
        using FrameSlot blank = model.Blank();
        PrecisionRace.Run(model, blank);
        return Enumerable.Range(0, Tries).Min(_ => PrecisionRace.Run(model, blank));
    }
}
