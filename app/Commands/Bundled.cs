namespace RealtimeSeg.Commands;

/// <summary>Files that come with the program.</summary>
internal static class Bundled
{
    /// <summary>A clip to replay.</summary>
    public static string Sample { get; } = Path.Combine(AppContext.BaseDirectory, "Assets", "street.mp4");

    public static string Models { get; } = Path.Combine(AppContext.BaseDirectory, "models");

    /// <summary>What finds people, whom the views with a foreground are for.</summary>
    public static string Person { get; } = Path.Combine(Models, "person.onnx");

    /// <summary>Names of the models that come with the program, without their ending.</summary>
    public static IReadOnlyList<string> Names => Directory.Exists(Models)
        ? [.. Directory.EnumerateFiles(Models, "*.onnx").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>A model as <see cref="ModelOf"/> takes it: a bundled one by its name.</summary>
    public static string NameOf(string model)
        => Path.GetDirectoryName(model) == Models ? Path.GetFileNameWithoutExtension(model) : model;

    /// <summary>What <c>--model</c> means: a path, or the name of a bundled model.</summary>
    /// <exception cref="UserError">It is no path, and no bundled model has that name.</exception>
    public static string ModelOf(string text)
    {
        bool isPath = text.AsSpan().ContainsAny('/', '.') || File.Exists(text) || Directory.Exists(text);
        if (isPath || text.Length == 0) return text;
        if (Names.Contains(text, StringComparer.Ordinal)) return Path.Combine(Models, text + ".onnx");
        string names = string.Join(", ", Names), hint = Nearest.Hint(text, Names);
        throw new UserError($"no model '{text}'{hint}: name an .onnx file, or one that comes with the program: {names}");
    }

    /// <summary>The name of the default model's network.</summary>
    public const string Network = "street";

    /// <summary>The default model; which of its two files is used depends on the machine.</summary>
    public static string Model { get; } = Path.Combine(Models, "street-int8.onnx");
}
