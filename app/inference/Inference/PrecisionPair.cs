namespace RealtimeSeg.Inference;

/// <summary>A network that comes in two files.</summary>
/// <param name="Floats">NAME.onnx, which need not exist.</param>
/// <param name="Integers">NAME-int8.onnx, likewise.</param>
internal sealed record PrecisionPair(string Floats, string Integers)
{
    private const string Suffix = "-int8", Extension = ".onnx";

    /// <summary>The pair that a file belongs to.</summary>
    public static PrecisionPair Of(string model)
    {
        string name = Path.GetFileNameWithoutExtension(model);
        if (name.EndsWith(Suffix, StringComparison.Ordinal)) name = name[..^Suffix.Length];
        string folder = Path.GetDirectoryName(model) ?? "";
        return new PrecisionPair(Path.Combine(folder, name + Extension), Path.Combine(folder, name + Suffix + Extension));
    }

    /// <summary>The file to use.</summary>
    /// <param name="model">The file that was named.</param>
    /// <param name="wanted">Which of the two.</param>
    /// <param name="options">How it will be run.</param>
    /// <param name="report">Receives a line on how it was chosen, where it had to be measured.</param>
    /// <exception cref="UserError">There is no such file, or no such provider.</exception>
    public static string Choose(string model, Precision wanted, SegmenterOptions options, Action<string> report)
    {
        if (wanted == Precision.AsNamed) return model;
        if (Directory.Exists(model)) throw new UserError($"--precision chooses between two files, and {model} is a folder: name a file");
        PrecisionPair pair = Of(model);
        return wanted switch
        {
            Precision.Float => Found(pair.Floats, "float", "export the run without --int8"),
            Precision.Int8 => Found(
                pair.Integers, "int8", $"make it by '{BuildInfo.Launcher} quantize {pair.Floats} {pair.Integers} --data DIR'"),
            _ when !IsFile(pair.Floats) || !IsFile(pair.Integers) => model,
            _ when !options.MeansCpu => pair.Floats, // as GPU providers want them
            _ => Winner(pair, model, options, report),
        };
    }

    /// <summary>The faster file; the one that was named if the two cannot be compared.</summary>
    private static string Winner(PrecisionPair pair, string model, SegmenterOptions options, Action<string> report)
    {
        ExecutionProviders.Check(options.Provider, options.ProviderLibrary); // no reason to take the named file
        try
        {
            return PrecisionRace.Winner(pair, options, report, UserCache.File("precision.json"));
        }
        catch (Exception e) when (e is UserError or IOException or UnauthorizedAccessException)
        {
            report($"precision: {Path.GetFileName(model)} as named: {e.Message}");
            return model;
        }
    }

    private static bool IsFile(string path) => FileIdentity.Of(path) is { IsRegular: true };

    private static string Found(string file, string precision, string remedy)
        => File.Exists(file) ? file : throw new UserError($"--precision {precision}: there is no {file}: {remedy}");
}
